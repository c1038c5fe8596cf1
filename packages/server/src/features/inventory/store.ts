import { AppError } from "@zerotrace/core";
import type { z } from "zod";
import type { Tx } from "../../platform/db/index.ts";
import { assetForInventory, assetReported, type ReportedAsset } from "../assets/index.ts";
import type { Dictionary } from "../components/index.ts";
import type { putInventory, SourceBody } from "./contract.ts";
import { boundedTime, componentsOf, differences, sortedSet } from "./rules.ts";
import { removeSources, sourceReadAgain, sourcesOf, type SourceWrite, type StoredSource, writeSources } from "./sql.ts";

export type InventoryBody = z.output<(typeof putInventory)["body"]>;

/** A source with its components turned into ids; what is left to do needs the asset's lock. */
export type Prepared =
  | { kind: "full"; source: string; digest: string; ids: number[]; problems: string[] }
  | {
      kind: "delta";
      source: string;
      digest: string;
      baseDigest: string;
      added: number[];
      removed: number[];
      problems: string[];
    }
  | { kind: "same"; source: string; digest: string }
  | { kind: "unreadable"; source: string; error: string };

/** Looks up (and adds) every component of a body in the dictionary, before any lock is taken. */
export const prepare = async (dictionary: Dictionary, body: InventoryBody): Promise<Prepared[]> => {
  const seen = new Set<string>();
  const prepared: Prepared[] = [];
  for (const [i, source] of body.sources.entries()) {
    if (seen.has(source.source)) {
      throw new AppError(
        "BAD_REQUEST",
        `sources[${i}].source "${source.source}" is there twice; send each source once.`,
        {
          field: `sources[${i}].source`,
        },
      );
    }
    seen.add(source.source);
    prepared.push(await prepareSource(dictionary, source, `sources[${i}]`));
  }
  return prepared;
};

const prepareSource = async (dictionary: Dictionary, s: SourceBody, field: string): Promise<Prepared> => {
  if (s.kind === "full") {
    const { source, digest, problems } = s;
    const ids = sortedSet(await dictionary.idsOf(componentsOf(s.components, `${field}.components`)));
    return { kind: "full", source, digest, problems, ids };
  }
  if (s.kind === "delta") {
    const { source, digest, baseDigest, problems } = s;
    const added = sortedSet(await dictionary.idsOf(componentsOf(s.added, `${field}.added`)));
    const removed = sortedSet(await dictionary.idsOf(componentsOf(s.removed, `${field}.removed`)));
    return { kind: "delta", source, digest, baseDigest, problems, added, removed };
  }
  return s;
};

const nextIds = (p: Prepared, held: StoredSource | undefined): number[] | null => {
  if (p.kind === "full") return p.ids;
  if (p.kind === "unreadable") return null;
  const base = p.kind === "delta" ? p.baseDigest : p.digest;
  if (held === undefined || held.digest !== base) {
    throw new AppError(
      "CONFLICT",
      `The server does not hold digest ${base.slice(0, 12)} of ${p.source}; send this source in full.`,
      {
        field: p.source,
      },
    );
  }
  if (p.kind === "same") return held.componentIds;
  const removed = new Set(p.removed);
  return sortedSet([...held.componentIds.filter((id) => !removed.has(id)), ...p.added]);
};

/** What to store of a source that did not stay the same; `ids` are what it holds from now on. */
const writeOf = (
  p: Exclude<Prepared, { kind: "same" }>,
  ids: readonly number[],
  before: StoredSource | undefined,
): SourceWrite => {
  const said =
    p.kind === "unreadable"
      ? ({ status: "unreadable", error: p.error, problems: [], digest: null } as const)
      : ({ status: "ok", error: null, problems: p.problems, digest: p.digest } as const);
  return { source: p.source, ...said, componentIds: ids, ...differences(before?.componentIds ?? [], ids) };
};

/** What an agent's report says of its host. */
export const hostReported = ({ takenAt, facts }: InventoryBody): ReportedAsset => ({
  takenAt,
  name: facts.hostname,
  os: facts.os.prettyName,
  ecosystem: facts.os.ecosystem,
  version: "",
  facts,
});

export interface Stored {
  readonly assetId: string;
  readonly componentCount: number;
  readonly addedCount: number;
  readonly removedCount: number;
}

/**
 * Stores one inventory within the caller's transaction. An inventory older than the stored one changes nothing. Throws
 * CONFLICT when a delta's base is not what is held, NOT_FOUND when the asset is gone.
 */
export const store = async (
  tx: Tx,
  companyId: number,
  assetId: string,
  reported: ReportedAsset,
  prepared: readonly Prepared[],
): Promise<Stored> => {
  const asset = await assetForInventory(tx, companyId, assetId);
  const takenAt = boundedTime(reported.takenAt, new Date());
  if (asset.inventoryTakenAt !== null && new Date(asset.inventoryTakenAt) > new Date(takenAt)) {
    return { assetId, componentCount: asset.componentCount, addedCount: 0, removedCount: 0 };
  }
  const held = new Map((await sourcesOf(tx, companyId, assetId)).map((s) => [s.source, s]));
  const all = new Set<number>();
  const writes: SourceWrite[] = [];
  let removedCount = 0;
  for (const p of prepared) {
    const before = held.get(p.source);
    const ids = nextIds(p, before) ?? before?.componentIds ?? [];
    for (const id of ids) all.add(id);
    if (p.kind !== "same") writes.push(writeOf(p, ids, before));
    else if (before?.status === "unreadable") await sourceReadAgain(tx, companyId, assetId, p.source, takenAt);
  }
  if (writes.length > 0) writeSources(tx, companyId, { assetId, takenAt }, writes);
  const gone = [...held.values()].filter((s) => !prepared.some((p) => p.source === s.source));
  if (gone.length > 0) {
    const names = gone.map((s) => s.source);
    await removeSources(tx, companyId, assetId, names);
    removedCount += gone.reduce((sum, s) => sum + s.componentIds.length, 0);
  }
  removedCount += writes.reduce((sum, w) => sum + w.removed.length, 0);
  const addedCount = writes.reduce((sum, w) => sum + w.added.length, 0);
  assetReported(tx, companyId, assetId, {
    ...reported,
    takenAt,
    componentCount: all.size,
    dirty: addedCount + removedCount > 0 || asset.inventoryTakenAt === null,
    unreadableSources: prepared.filter((p) => p.kind === "unreadable").map((p) => p.source),
  });
  return { assetId, componentCount: all.size, addedCount, removedCount };
};
