import { createHash } from "node:crypto";
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Where the bytes of a kept file lie. */
export interface Spooled {
  readonly sizeBytes: number;
  /** In the pack; of a file of its own 0. */
  readonly offset: number;
  /** A file of its own; null for what lies in the pack. */
  readonly path: string | null;
}

/** Smaller files lie together in one: making a file takes longer than writing it (bytes). */
const OWN_FILE_BYTES = 1024 * 1024;
/** Bytes that are written to the pack at once. */
const STAGE_BYTES = 256 * 1024;
/** Bytes that are hashed at once. */
const HASHED_BYTES = 1024 * 1024;

/**
 * The bytes of kept files of one image, in a folder that its maker removes. Written without waiting: meanwhile the next bytes are
 * unpacked in another thread. `close` when done.
 */
export class Spool {
  /** Bytes that were kept. */
  sizeBytes = 0;
  readonly #folder: string;
  readonly #pack: number;
  readonly #stage = Buffer.allocUnsafeSlow(STAGE_BYTES);
  #stagedBytes = 0;
  #packBytes = 0;
  #writtenBytes = 0;
  #fileCount = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#pack = openSync(join(folder, "pack"), "wx+");
  }

  /** Keeps a file: its first bytes and what follows them. */
  async keep(head: Buffer, rest: AsyncIterator<Buffer>, sizeBytes: number): Promise<Spooled> {
    this.sizeBytes += sizeBytes;
    if (sizeBytes < OWN_FILE_BYTES) {
      const offset = this.#packBytes;
      this.#append(head);
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) this.#append(next.value);
      return { sizeBytes, offset, path: null };
    }
    const path = this.#newPath("");
    const file = openSync(path, "wx");
    try {
      writeAll(file, head);
      for (let next = await rest.next(); next.done !== true; next = await rest.next()) writeAll(file, next.value);
    } finally {
      closeSync(file);
    }
    return { sizeBytes, offset: 0, path };
  }

  /** All bytes of a kept file. */
  read(spooled: Spooled): Buffer {
    const bytes = Buffer.allocUnsafe(spooled.sizeBytes);
    this.#withFile(spooled, (file) => readAll(file, bytes, spooled.offset));
    return bytes;
  }

  /** The checksum of a kept file in hex. */
  digest(spooled: Spooled, algorithm: string): string {
    const hash = createHash(algorithm);
    const bytes = Buffer.allocUnsafe(Math.min(HASHED_BYTES, spooled.sizeBytes));
    this.#withFile(spooled, (file) => {
      for (let done = 0; done < spooled.sizeBytes; done += bytes.length) {
        const part = bytes.subarray(0, Math.min(bytes.length, spooled.sizeBytes - done));
        readAll(file, part, spooled.offset + done);
        hash.update(part);
      }
    });
    return hash.digest("hex");
  }

  /** A file that holds the bytes of a kept one and nothing else, made when there is none; `ending` is added to a name that is made. */
  path(spooled: Spooled, ending = ""): string {
    if (spooled.path !== null && ending === "") return spooled.path;
    const path = this.#newPath(ending);
    this.copy(spooled, path);
    return path;
  }

  /** Writes the bytes of a kept file to a new file. */
  copy(spooled: Spooled, path: string): void {
    const file = openSync(path, "wx");
    try {
      writeAll(file, this.read(spooled));
    } finally {
      closeSync(file);
    }
  }

  close(): void {
    closeSync(this.#pack);
  }

  #newPath(ending: string): string {
    return join(this.#folder, `${this.#fileCount++}${ending}`);
  }

  /** Parts are copied: each is a view of a chunk that would be held as long as it. */
  #append(bytes: Buffer): void {
    this.#packBytes += bytes.length;
    for (let done = 0; done < bytes.length;) {
      const taken = bytes.copy(this.#stage, this.#stagedBytes, done);
      this.#stagedBytes += taken;
      done += taken;
      if (this.#stagedBytes === STAGE_BYTES) this.#flush();
    }
  }

  #flush(): void {
    writeAll(this.#pack, this.#stage.subarray(0, this.#stagedBytes), this.#writtenBytes);
    this.#writtenBytes += this.#stagedBytes;
    this.#stagedBytes = 0;
  }

  #withFile(spooled: Spooled, use: (file: number) => void): void {
    if (spooled.path === null) {
      this.#flush();
      return use(this.#pack);
    }
    const file = openSync(spooled.path, "r");
    try {
      use(file);
    } finally {
      closeSync(file);
    }
  }
}

const writeAll = (file: number, bytes: Buffer, position: number | null = null): void => {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
  }
};

const readAll = (file: number, bytes: Buffer, position: number): void => {
  for (let done = 0; done < bytes.length;) {
    const count = readSync(file, bytes, done, bytes.length - done, position + done);
    if (count === 0) throw new Error("a file of the image was lost on this machine");
    done += count;
  }
};
