import type { AppError } from "@zerotrace/core";
import { type Block, type Container, ContainerWriter } from "./generation-container.ts";
import { applyEpssDelta, encodeEpssDelta } from "./generation-epss-delta.ts";
import {
  type Generation,
  type GenerationMeta,
  type Line,
  LINE_SECTIONS,
  type LineSection,
} from "./generation-format.ts";
import { LineBlocks, sectionBlocks, splitLines } from "./generation-lines.ts";

/** A dictionary holds no more than this of the base, in bytes; the window must reach over it. */
const DICTIONARY_BYTES = 6 * 1024 * 1024;
const PLUS = 0x2b;
const MINUS = 0x2d;

/** One difference of two generations; null where a side does not have the line. */
export interface LineChange {
  readonly key: string;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

/** Every line of a section that differs, in order. Buffers are valid until the next one is asked for. */
export function* lineChanges(a: Iterable<Line>, b: Iterable<Line>): Generator<LineChange> {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  let x = left.next();
  let y = right.next();
  while (x.done !== true || y.done !== true) {
    if (y.done === true || (x.done !== true && x.value.key < y.value.key)) {
      yield { key: (x.value as Line).key, before: (x.value as Line).value, after: null };
      x = left.next();
    } else if (x.done === true || y.value.key < x.value.key) {
      yield { key: y.value.key, before: null, after: y.value.value };
      y = right.next();
    } else {
      if (!x.value.value.equals(y.value.value)) yield { key: y.value.key, before: x.value.value, after: y.value.value };
      x = left.next();
      y = right.next();
    }
  }
}

/**
 * What stands in the base at these sorted keys, or just before them: the former form of a line, or a neighbor that
 * resembles a new one. Both sides can make it, so a delta refers to it instead of repeating it. The base is a file: its
 * lines stay as they are while others are read.
 */
const dictionaryOf = (base: Generation, section: LineSection, keys: readonly string[]): Buffer => {
  const parts: Buffer[] = [];
  let size = 0;
  const take = (value: Buffer | null): void => {
    if (value === null || size + value.length > DICTIONARY_BYTES) return;
    parts.push(Buffer.from(value));
    size += value.length;
  };
  let next = 0;
  let floor: Buffer | null = null;
  for (const { key, value } of base.lines(section, keys[0])) {
    while (next < keys.length && (keys[next] as string) < key) {
      take(floor);
      floor = null;
      next++;
    }
    if (next === keys.length) break;
    floor = value;
  }
  take(floor);
  return Buffer.concat(parts);
};

const writeSection = async (
  writer: ContainerWriter,
  section: LineSection,
  base: Generation,
  next: Generation,
): Promise<void> => {
  const keyBlocks = sectionBlocks(writer, `${section}.keys`);
  let keys: string[] = [];
  const valueBlocks = new LineBlocks(({ bytes, count, firstKey }) => {
    writer.block(`${section}.values`, bytes, { count, firstKey }, dictionaryOf(base, section, keys));
    keys = [];
  });
  for (const { key, after } of lineChanges(base.lines(section), next.lines(section))) {
    keyBlocks.line(key, Buffer.from(`${after === null ? "-" : "+"}${key}`), false);
    if (after === null) continue;
    valueBlocks.line(key, after, false);
    keys.push(key);
    await writer.room();
  }
  keyBlocks.flush();
  valueBlocks.flush();
};

/**
 * Writes what `next` has other than `base`. Answers the size in bytes. Both are read twice at most, streaming. On an error
 * the file is left unfinished: no reader takes it.
 */
export const writeDelta = async (path: string, base: Generation, next: Generation): Promise<number> => {
  const writer = new ContainerWriter(path);
  try {
    for (const section of LINE_SECTIONS) await writeSection(writer, section, base, next);
    writer.block("epss.delta", encodeEpssDelta(base.epss(), next.epss()), { count: 1, firstKey: "" });
    await writer.finish({ ...next.meta, kind: "delta", base: base.meta.hash });
  } catch (error) {
    await writer.close();
    throw error;
  }
  return writer.sizeBytes;
};

interface KeyChange {
  readonly key: string;
  readonly isGone: boolean;
}

function* keysOf(container: Container, section: LineSection): Generator<KeyChange> {
  let before = "";
  for (const block of container.blocks) {
    if (block.section !== `${section}.keys`) continue;
    for (const line of splitLines(container.read(block))) {
      const key = line.toString("utf8", 1);
      if ((line[0] !== PLUS && line[0] !== MINUS) || key <= before) throw new Error("its changes are not sorted");
      before = key;
      yield { key, isGone: line[0] === MINUS };
    }
  }
}

/** The changes of a section with their values, a block of values at a time. */
function* changesOf(
  container: Container,
  section: LineSection,
  base: Generation,
): Generator<KeyChange & { value: Buffer }> {
  const blocks = container.blocks.filter((block) => block.section === `${section}.values`);
  const keys = keysOf(container, section);
  for (const block of [...blocks, null]) {
    const wanted = block?.lineCount ?? 0;
    const taken: KeyChange[] = [];
    let added = 0;
    // After the last block only removals may follow.
    while (added < (block?.lineCount ?? Number.POSITIVE_INFINITY)) {
      const { value, done } = keys.next();
      if (done === true) break;
      taken.push(value);
      if (!value.isGone) added++;
    }
    if (added !== wanted) throw new Error("its changes and their values do not fit together");
    const names = taken.filter(({ isGone }) => !isGone).map(({ key }) => key);
    const values = block === null ? [] : [...splitLines(readValues(container, block, section, base, names))];
    if (values.length !== wanted) throw new Error("its changes and their values do not fit together");
    let next = 0;
    for (const change of taken) yield { ...change, value: change.isGone ? NOTHING : (values[next++] as Buffer) };
  }
}

const NOTHING = Buffer.alloc(0);

const readValues = (
  container: Container,
  block: Block,
  section: LineSection,
  base: Generation,
  keys: readonly string[],
): Buffer => container.read(block, dictionaryOf(base, section, keys));

/** The lines of the base with the changes of the delta in their places. */
function* mergedLines(container: Container, section: LineSection, base: Generation, from: string): Generator<Line> {
  const changes = changesOf(container, section, base);
  let change = changes.next();
  while (change.done !== true && change.value.key < from) change = changes.next();
  for (const line of base.lines(section, from)) {
    while (change.done !== true && change.value.key < line.key) {
      if (!change.value.isGone) yield change.value;
      change = changes.next();
    }
    if (change.done === true || change.value.key !== line.key) yield line;
    else {
      if (!change.value.isGone) yield change.value;
      change = changes.next();
    }
  }
  for (; change.done !== true; change = changes.next()) if (!change.value.isGone) yield change.value;
}

/** The generation that a delta and its base give together, read streaming. */
export const applyDelta = (
  container: Container,
  base: Generation,
  damaged: (error: unknown) => AppError,
): Generation => {
  const meta: GenerationMeta = container.meta;
  return {
    meta,
    *lines(section, from = "") {
      try {
        yield* mergedLines(container, section, base, from);
      } catch (error) {
        throw damaged(error);
      }
    },
    epss() {
      const block = container.blocks.find(({ section }) => section === "epss.delta");
      try {
        return block === undefined ? base.epss() : applyEpssDelta(base.epss(), container.read(block));
      } catch (error) {
        throw damaged(error);
      }
    },
  };
};
