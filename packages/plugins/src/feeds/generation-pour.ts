import { AppError, parseOsvRecord } from "@zerotrace/core";
import type { AdvisoryRecord, CveEnrichment, IndexBuilder, LifeCycle } from "@zerotrace/core";
import { ContainerWriter } from "./generation-container.ts";
import { encodeEpss } from "./generation-epss.ts";
import {
  type Generation,
  type GenerationCounts,
  type Line,
  LINE_SECTIONS,
  type LineSection,
  shortHash,
} from "./generation-format.ts";
import { ContentHash } from "./generation-hash.ts";
import { type LineBlocks, sectionBlocks } from "./generation-lines.ts";

const TAB = 0x09;
const NEWLINE = Buffer.from("\n");
const LINES_PER_TURN = 2000;

/** Where a generation is poured into; what is absent is left out. */
export interface PourInto {
  readonly builder?: Pick<IndexBuilder, "add" | "kev" | "epssRow" | "cve" | "cwe" | "lifeCycle">;
  /** Called for each record with the feed that brought it and its JSON, whose bytes are valid until it returns. */
  readonly onRecord?: (id: string, feed: string, modifiedAt: string, raw: Buffer) => void;
  /** A file that becomes this generation in full. */
  readonly path?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (recordCount: number) => void;
}

/** The feed and the JSON of a line of `records`. Throws BAD_FEED when it has no feed. */
export const recordParts = (value: Buffer): { feed: string; raw: Buffer } => {
  const tab = value.indexOf(TAB);
  if (tab < 1) throw new AppError("BAD_FEED", "A record of the generation names no feed. Nothing was applied.");
  return { feed: value.toString("utf8", 0, tab), raw: value.subarray(tab + 1) };
};

const recordOf = (line: Line, raw: Buffer): AdvisoryRecord =>
  line.record === undefined
    ? parseOsvRecord(JSON.parse(raw.toString("utf8")))
    : (JSON.parse(line.record.toString("utf8")) as AdvisoryRecord);

const jsonOf = (line: Line): unknown => {
  try {
    return JSON.parse(line.value.toString("utf8"));
  } catch (cause) {
    throw new AppError("BAD_FEED", `${line.key} of the generation is not JSON. Nothing was applied.`, { cause });
  }
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const tell = (section: LineSection, line: Line, into: PourInto): void => {
  const { builder } = into;
  if (section === "kev") builder?.kev(line.key, text(jsonOf(line)));
  else if (section === "cwes") builder?.cwe(line.key, text(jsonOf(line)));
  else if (section === "cves") builder?.cve(jsonOf(line) as CveEnrichment);
  else if (section === "products") builder?.lifeCycle(jsonOf(line) as LifeCycle);
  else if (builder !== undefined || into.onRecord !== undefined) {
    const { feed, raw } = recordParts(line.value);
    const record = recordOf(line, raw);
    builder?.add(record);
    into.onRecord?.(record.id, feed, record.modifiedAt, raw);
  }
};

const rest = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

const pourLines = async (generation: Generation, into: PourInto, hash: ContentHash, writer: ContainerWriter | null) => {
  const counts: Record<LineSection | "epss", number> = { cves: 0, cwes: 0, kev: 0, products: 0, records: 0, epss: 0 };
  for (const section of LINE_SECTIONS) {
    hash.section(section);
    const blocks: LineBlocks | null = writer && sectionBlocks(writer, section);
    for (const line of generation.lines(section)) {
      // One block is compressed while the next one fills.
      if (writer !== null && blocks?.fits(line.key, line.value) === false) await writer.room();
      if (blocks !== null) hash.lines(blocks.line(line.key, line.value));
      else {
        hash.lines(Buffer.from(`${line.key}\t`));
        hash.lines(line.value);
        hash.lines(NEWLINE);
      }
      tell(section, line, into);
      if (++counts[section] % LINES_PER_TURN === 0) {
        into.signal?.throwIfAborted();
        into.onProgress?.(counts.records);
        await rest();
      }
    }
    blocks?.flush();
    // What is left of a section is compressed before the next one's names are sorted: each takes 25 MB.
    await writer?.room();
  }
  return counts;
};

/** What a generation turned out to be. */
export interface Poured {
  readonly hash: string;
  readonly counts: GenerationCounts;
}

/**
 * Reads all of a generation, streaming, into a builder, records and a file of its own: in this order, so that the same
 * content gives the same index and the same file, byte by byte, whether it comes from feeds, a file or a delta. Throws
 * AppError BAD_FEED when the content is damaged or is not what its hash says; what was written is then of no use.
 */
export const pour = async (generation: Generation, into: PourInto): Promise<Poured> => {
  const writer = into.path === undefined ? null : new ContainerWriter(into.path);
  try {
    const hash = new ContentHash();
    const counts = await pourLines(generation, into, hash, writer);
    const table = generation.epss();
    counts.epss = table.keys.length;
    const scores = encodeEpss(table);
    const name = hash.finish(scores);
    const { meta } = generation;
    if (meta.hash !== "" && meta.hash !== name) {
      const detail = `The content is not that of generation ${shortHash(meta.hash)}: it was damaged or changed. Nothing was applied.`;
      throw new AppError("BAD_FEED", detail);
    }
    if (writer !== null) {
      writer.block("epss", scores, { count: table.keys.length, firstKey: "" });
      await writer.finish({ ...meta, kind: "full", base: null, hash: name, counts });
    }
    // After the file is written, which takes as much memory for a while.
    table.keys.forEach((key, i) => into.builder?.epssRow(key, table.scores[i]!, table.percentiles[i]!));
    return { hash: name, counts };
  } catch (error) {
    await writer?.close();
    throw error;
  }
};
