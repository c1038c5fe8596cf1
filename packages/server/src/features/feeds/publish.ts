import { type AdvisoryGroup, type AdvisoryIndex, openIndex } from "@zerotrace/core";
import { ssvcClassOf } from "@zerotrace/core/severity/ssvc-class";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CopyWriter, type Database, type Tx } from "../../platform/db/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import {
  forgetJudgements,
  type Judging,
  knownEcosystems,
  knownPackages,
  lockJudging,
  readInto,
} from "../components/index.ts";
import {
  changesBetween,
  concernedEcosystems,
  concernedPackages,
  hashesOf,
  type KnownPackage,
  type PackageHashes,
} from "./changes.ts";
import { indexPath } from "./index-file.ts";
import {
  companyIds,
  generationInForce,
  insertGeneration,
  type Origin,
  outdatedFiles,
  replaceAdvisories,
  replaceRecords,
} from "./sql.ts";

/** Generations whose index stays on disk. */
const KEEP_GENERATIONS = 3;
/** Advisories encoded at a time. */
const COPY_ROWS = 1_000;

/**
 * Lends the index of a file, and gives its memory back at once: left to the garbage collector, several indexes would lie
 * in memory side by side. A resizable buffer is the system's own pages; what the allocator gets back it may keep. Throws
 * BAD_FEED when the index is broken, and what reading throws.
 */
const withIndex = async <T>(file: string, use: (index: AdvisoryIndex) => T | Promise<T>): Promise<T> => {
  const bytes = await readInto(file, (size) => new ArrayBuffer(size, { maxByteLength: size }));
  try {
    return await use(openIndex(bytes));
  } finally {
    bytes.buffer.resize(0);
  }
};

/** The package hashes of a generation in force; an index that is gone or broken compares as "everything changed". */
const hashesInForce = async (file: string | null, known: readonly KnownPackage[]): Promise<PackageHashes> => {
  try {
    if (file !== null) return await withIndex(file, (index) => hashesOf(index, known));
  } catch {
    // as when there was none
  }
  return hashesOf(null, known);
};

/** Of advisories that say the same to the tree it is asked once: there are few such, and many advisories. */
const createClasses = (): ((group: AdvisoryGroup) => number) => {
  const known = new Map<string, number>();
  return ({ ssvc, exploits, cvss }) => {
    const vector = cvss?.vector ?? null;
    const said = ssvc === null ? "" : `${ssvc.exploitation} ${ssvc.automatable} ${ssvc.technicalImpact}`;
    const key = `${said} ${exploits.length > 0} ${vector}`;
    let found = known.get(key);
    if (found === undefined) {
      found = ssvcClassOf({ published: ssvc, exploitCount: exploits.length, vector });
      known.set(key, found);
    }
    return found;
  };
};

const encode = (
  index: AdvisoryIndex,
  [from, to]: readonly [number, number],
  classOf: (group: AdvisoryGroup) => number,
): Uint8Array => {
  const writer = new CopyWriter();
  const orNull = <T>(value: T | null | undefined, write: (value: T) => unknown): void => {
    if (value === null || value === undefined) writer.null();
    else write(value);
  };
  const time = (at: string): unknown => writer.timestamptz(new Date(at));
  for (let i = from; i < to; i += 1) {
    const g = index.advisory(i);
    writer.row(13).text(g.id).textArray(g.aliases).text(g.summary).text(g.severity);
    orNull(g.cvss?.score, (v) => writer.float4(v));
    orNull(g.cvss?.vector, (v) => writer.text(v));
    orNull(g.epss?.score, (v) => writer.float4(v));
    orNull(g.epss?.percentile, (v) => writer.float4(v));
    orNull(g.kevAddedAt, (v) => writer.text(v));
    orNull(g.publishedAt, time);
    orNull(g.modifiedAt, time);
    writer.int2(classOf(g)).text(index.attributesHash(i));
  }
  return writer.finish();
};

/** Bytes of the end of a binary COPY. */
const COPY_TAIL_BYTES = 2;

/** The advisories of an index as one binary COPY, in parts of bounded size; only the whole has a head and an end. */
const advisoryCopy = async function* (index: AdvisoryIndex): AsyncGenerator<Uint8Array> {
  const empty = new CopyWriter().finish();
  const headBytes = empty.length - COPY_TAIL_BYTES;
  const classOf = createClasses();
  yield empty.subarray(0, headBytes);
  for (let from = 0; from < index.groupCount; from += COPY_ROWS) {
    const to = Math.min(from + COPY_ROWS, index.groupCount);
    yield encode(index, [from, to], classOf).subarray(headBytes, -COPY_TAIL_BYTES);
  }
  yield empty.subarray(headBytes);
};

export interface Published {
  readonly generation: number;
  readonly recordCount: number;
  readonly recordsChanged: number;
  readonly componentsToJudge: number;
}

/** Judges what a new generation changed, in the transaction that puts it in force. */
export type JudgeWithin = (tx: Tx, generation: Judging) => Promise<void>;

/** Runs a publication: alone among all that judge. */
export type Publishing = <T>(publish: (judge: JudgeWithin) => Promise<T>) => Promise<T>;

export interface PublishOptions {
  readonly origin: Origin;
  /** What the sources looked like; null when that cannot be told. */
  readonly sourceStamp: string | null;
  readonly publishing: Publishing;
}

interface Publication {
  readonly directory: string;
  readonly name: string;
  readonly origin: Origin;
  readonly sourceStamp: string | null;
  readonly judge: JudgeWithin;
}

const publishWithin = async (tx: Tx, recordsPath: string, file: Publication): Promise<Published> => {
  await lockJudging(tx, "exclusive");
  const before = await generationInForce(tx);
  const known = await knownPackages(tx);
  const former = await hashesInForce(before && indexPath(file.directory, before.indexFile), known);
  const recordsChanged = await replaceRecords(tx, recordsPath);
  const { meta, changes, advisoryIds } = await withIndex(indexPath(file.directory, file.name), async (index) => ({
    meta: index.meta,
    changes: changesBetween(former, hashesOf(index, known)),
    advisoryIds: await replaceAdvisories(tx, advisoryCopy(index)),
  }));
  const componentsToJudge = await forgetJudgements(tx, {
    packages: concernedPackages(known, changes),
    ecosystems: concernedEcosystems(await knownEcosystems(tx), changes),
    advisoryIds,
  });
  const { origin, sourceStamp } = file;
  const generation = await insertGeneration(tx, { meta, indexFile: file.name, origin, sourceStamp });
  const indexFile = indexPath(file.directory, file.name);
  await file.judge(tx, { id: generation, indexFile, changedAdvisories: advisoryIds });
  for (const companyId of await companyIds(tx)) {
    await enqueue(tx, {
      task: "enrich",
      payload: { companyId, feedChanged: true },
      key: `enrich-feed:${companyId}`,
      queueName: `company:${companyId}`,
      maxAttempts: 25,
    });
  }
  return { generation, recordCount: meta.recordCount, recordsChanged, componentsToJudge };
};

/**
 * Puts a compiled index in force in one transaction: records, advisories, verdicts on what it changed, and a job for every
 * company. Until it commits the former generation stays in force, whatever happens.
 */
export const publish = async (
  db: Database,
  compiled: { indexPath: string; recordsPath: string },
  directory: string,
  { publishing, ...options }: PublishOptions,
): Promise<Published> => {
  await mkdir(directory, { recursive: true });
  const file = { directory, name: `index-${Date.now()}.ztx`, ...options };
  await rename(compiled.indexPath, join(directory, file.name));
  const published = await publishing((judge) =>
    db.asService((tx) => publishWithin(tx, compiled.recordsPath, { ...file, judge })),
  );
  // From here on others may judge: the jobs that the commit ordered wait for that, and not for large files to be gone.
  const old = await db.asService((tx) => outdatedFiles(tx, KEEP_GENERATIONS));
  for (const name of old) await rm(indexPath(directory, name), { force: true });
  await rm(compiled.recordsPath, { force: true });
  return published;
};
