import type { SourceReport } from "@zerotrace/core";
import type { Block, Footer } from "./generation-container.ts";
import { GENERATION_LIMITS, type GenerationCounts, type GenerationMeta, LINE_SECTIONS } from "./generation-format.ts";

const SECTIONS: ReadonlySet<string> = new Set([
  "epss",
  "epss.delta",
  ...LINE_SECTIONS,
  ...LINE_SECTIONS.flatMap((name) => [`${name}.keys`, `${name}.values`]),
]);
const HASH = /^[0-9a-f]{64}$/;

type Json = Readonly<Record<string, unknown>>;

const need = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(`its table of contents is wrong (${what})`);
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isCount = (value: unknown, max: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= max;

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === "string");

const isSource = (value: unknown): value is SourceReport =>
  isObject(value) &&
  typeof value["feed"] === "string" &&
  typeof value["location"] === "string" &&
  (value["dataAt"] === null || typeof value["dataAt"] === "string") &&
  typeof value["readAt"] === "string" &&
  isCount(value["recordCount"], Number.MAX_SAFE_INTEGER) &&
  isCount(value["badCount"], Number.MAX_SAFE_INTEGER) &&
  Array.isArray(value["bad"]) &&
  value["bad"].every((one) => isObject(one) && typeof one["id"] === "string" && typeof one["reason"] === "string") &&
  isTexts(value["covers"]) &&
  isTexts(value["notCovered"]) &&
  isTexts(value["origins"]);

/** What describes a generation, checked. Throws Error naming what is wrong. */
export const checkedMeta = (value: unknown): GenerationMeta => {
  if (!isObject(value) || value["schema"] !== "zerotrace.generation/1") throw new Error("it is of another version");
  const { kind, hash, base, builtAt, counts, sources } = value;
  need(kind === "full" || kind === "delta", "kind");
  need(typeof hash === "string" && HASH.test(hash), "hash");
  need(kind === "full" ? base === null : typeof base === "string" && HASH.test(base), "base");
  need(typeof builtAt === "string" && !Number.isNaN(Date.parse(builtAt)), "builtAt");
  const names = ["epss", ...LINE_SECTIONS];
  need(isObject(counts) && names.every((name) => isCount(counts[name], GENERATION_LIMITS.lines)), "counts");
  need(Array.isArray(sources) && sources.length <= GENERATION_LIMITS.sources && sources.every(isSource), "sources");
  return {
    schema: "zerotrace.generation/1",
    kind: kind as "full" | "delta",
    hash: hash as string,
    base: base as string | null,
    builtAt: builtAt as string,
    counts: counts as GenerationCounts,
    sources: sources as SourceReport[],
  };
};

const checkedBlocks = (value: unknown, place: { start: number; end: number }): Block[] => {
  if (!Array.isArray(value) || value.length > GENERATION_LIMITS.blocks) throw new Error("its blocks cannot be right");
  let at = place.start;
  let plainTotal = 0;
  const blocks: Block[] = [];
  for (const one of value as unknown[]) {
    if (!Array.isArray(one)) throw new Error("its blocks cannot be right");
    const [section, packedBytes, plainBytes, lineCount, firstKey] = one as unknown[];
    need(typeof section === "string" && SECTIONS.has(section), "section");
    need(isCount(packedBytes, GENERATION_LIMITS.fileBytes), "packed size");
    need(isCount(plainBytes, GENERATION_LIMITS.blockBytes), "plain size");
    need(isCount(lineCount, GENERATION_LIMITS.lines), "lines");
    need(typeof firstKey === "string", "first key");
    blocks.push({ section, at, packedBytes, plainBytes, lineCount, firstKey } as Block);
    at += packedBytes as number;
    plainTotal += plainBytes as number;
  }
  need(at === place.end, "sizes");
  const plainMax = Math.max(GENERATION_LIMITS.ratioFloorBytes, place.end * GENERATION_LIMITS.ratio);
  if (plainTotal > plainMax) throw new Error(`it inflates to more than ${plainMax} bytes`);
  return blocks;
};

/** The table of contents, checked against the bounds and the place of the blocks. Throws Error naming what is wrong. */
export const checkedFooter = (value: unknown, place: { start: number; end: number }): Footer => {
  if (!isObject(value)) throw new Error("its table of contents is none");
  return { meta: checkedMeta(value["meta"]), blocks: checkedBlocks(value["blocks"], place) };
};
