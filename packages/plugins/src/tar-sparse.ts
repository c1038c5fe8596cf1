/** One stored piece of a sparse file: where it belongs and how long it is, in bytes. */
type Piece = readonly [offset: number, sizeBytes: number];

/** A sparse file: its real size, and its pieces in the order in which they are stored. */
export interface Sparse {
  readonly sizeBytes: number;
  /** Null when they stand before the bytes themselves (GNU's format 1.0 in pax archives). */
  readonly pieces: readonly Piece[] | null;
}

/** Pieces of one sparse file (count). */
const MAX_PIECES = 100_000;
/** Bytes of zeros that are given at once. */
const HOLE_BYTES = 64 * 1024;
const BLOCK_BYTES = 512;
const NEWLINE = 10;

/** The pieces that `offset,size,…` in decimal digits tells. Throws Error when it tells none. */
export const piecesOf = (numbers: readonly string[]): Piece[] => {
  const pieces: Piece[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    pieces.push(pieceOf(Number(numbers[at]), Number(numbers[at + 1])));
    if (pieces.length > MAX_PIECES) throw new Error("a sparse file has too many pieces");
  }
  return pieces;
};

/** One piece. Throws Error when it cannot be one. */
export const pieceOf = (offset: number, sizeBytes: number): Piece => {
  const isSane = Number.isSafeInteger(offset + sizeBytes) && offset >= 0 && sizeBytes >= 0;
  if (!isSane) throw new Error("a sparse file is damaged");
  return [offset, sizeBytes];
};

/** The bytes of a sparse file with zeros in its holes. Throws Error when its pieces contradict its size. */
export async function* filled(stored: AsyncIterable<Buffer>, { sizeBytes, pieces }: Sparse): AsyncGenerator<Buffer> {
  const source = new Stored(stored);
  const all = pieces ?? (await leadingMap(source));
  let done = 0;
  for (const [offset, length] of all) {
    if (offset < done || offset + length > sizeBytes) throw new Error("a sparse file is damaged");
    yield* zeros(offset - done);
    yield* source.some(length);
    done = offset + length;
  }
  yield* zeros(sizeBytes - done);
}

function* zeros(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= HOLE_BYTES) yield Buffer.alloc(Math.min(left, HOLE_BYTES));
}

/** Decimal numbers, one a line: how many pieces, then each one's offset and size; padded to a block. */
const leadingMap = async (source: Stored): Promise<Piece[]> => {
  let text = "";
  for (;;) {
    const numbers = text.split("\n");
    const count = Number(numbers[0]);
    if (numbers.length > 1 && !(count <= MAX_PIECES)) throw new Error("a sparse file is damaged");
    if (numbers.length > 1 && numbers.length > 2 * count + 1) return piecesOf(numbers.slice(1, 2 * count + 1));
    const block = await source.block();
    if (block.indexOf(NEWLINE) < 0 && text === "") throw new Error("a sparse file is damaged");
    text += block.toString("latin1");
  }
};

/** The stored bytes, taken in parts. */
class Stored {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async *some(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0) await this.#more();
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async block(): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.some(BLOCK_BYTES)) parts.push(part);
    return Buffer.concat(parts);
  }

  async #more(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new Error("a sparse file is damaged");
    this.#rest = next.value;
  }
}
