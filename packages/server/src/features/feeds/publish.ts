import { type AdvisoryIndex, openIndex } from "@zerotrace/core";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CopyWriter, type Database, type Tx } from "../../platform/db/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { forgetJudgements, knownEcosystems, knownPackages, lockJudging } from "../components/index.ts";
import { changesBetween, concernedEcosystems, concernedPackages } from "./changes.ts";
import { indexPath } from "./index-file.ts";
import {
  companyIds,
  generationInForce,
  insertGeneration,
  outdatedFiles,
  replaceAdvisories,
  replaceRecords,
} from "./sql.ts";

/** Generations whose index stays on disk. */
const KEEP_GENERATIONS = 3;
/** Advisories encoded at a time. */
const COPY_ROWS = 1_000;

const read = async (file: string): Promise<AdvisoryIndex | null> => {
  try {
    return openIndex(new Uint8Array(await readFile(file)));
  } catch {
    // an index that is gone or broken compares as "everything changed"
    return null;
  }
};

const encode = (index: AdvisoryIndex, from: number, to: number): Uint8Array => {
  const writer = new CopyWriter();
  const orNull = <T>(value: T | null | undefined, write: (value: T) => unknown): void => {
    if (value === null || value === undefined) writer.null();
    else write(value);
  };
  const time = (at: string): unknown => writer.timestamptz(new Date(at));
  for (let i = from; i < to; i += 1) {
    const g = index.advisory(i);
    writer.row(12).text(g.id).textArray(g.aliases).text(g.summary).text(g.severity);
    orNull(g.cvss?.score, (v) => writer.float4(v));
    orNull(g.cvss?.vector, (v) => writer.text(v));
    orNull(g.epss?.score, (v) => writer.float4(v));
    orNull(g.epss?.percentile, (v) => writer.float4(v));
    orNull(g.kevAddedAt, (v) => writer.text(v));
    orNull(g.publishedAt, time);
    orNull(g.modifiedAt, time);
    writer.text(index.attributesHash(i));
  }
  return writer.finish();
};

/** Bytes of the end of a binary COPY. */
const COPY_TAIL_BYTES = 2;

/** The advisories of an index as one binary COPY, in parts of bounded size; only the whole has a head and an end. */
const advisoryCopy = async function* (index: AdvisoryIndex): AsyncGenerator<Uint8Array> {
  const empty = new CopyWriter().finish();
  const headBytes = empty.length - COPY_TAIL_BYTES;
  yield empty.subarray(0, headBytes);
  for (let from = 0; from < index.groupCount; from += COPY_ROWS) {
    yield encode(index, from, Math.min(from + COPY_ROWS, index.groupCount)).subarray(headBytes, -COPY_TAIL_BYTES);
  }
  yield empty.subarray(headBytes);
};

export interface Published {
  readonly generation: number;
  readonly recordsChanged: number;
  readonly componentsToJudge: number;
}

const publishWithin = async (
  tx: Tx,
  index: AdvisoryIndex,
  recordsPath: string,
  file: { directory: string; name: string },
): Promise<Published> => {
  await lockJudging(tx, "exclusive");
  const before = await generationInForce(tx);
  const recordsChanged = await replaceRecords(tx, recordsPath);
  const advisoryIds = await replaceAdvisories(tx, advisoryCopy(index));
  const known = await knownPackages(tx);
  const changes = changesBetween(
    before === null ? null : await read(indexPath(file.directory, before.indexFile)),
    index,
    known,
  );
  const componentsToJudge = await forgetJudgements(tx, {
    packages: concernedPackages(known, changes),
    ecosystems: concernedEcosystems(await knownEcosystems(tx), changes),
    advisoryIds,
  });
  const generation = await insertGeneration(tx, index.meta, file.name);
  for (const companyId of await companyIds(tx)) {
    await enqueue(tx, {
      task: "enrich",
      payload: { companyId, feedChanged: true },
      key: `enrich-feed:${companyId}`,
      queueName: `company:${companyId}`,
      maxAttempts: 25,
    });
  }
  return { generation, recordsChanged, componentsToJudge };
};

/**
 * Puts a compiled index in force in one transaction: records, advisories, what is to be judged again, and a job for every
 * company. Until it commits the former generation stays in force, whatever happens.
 */
export const publish = async (
  db: Database,
  compiled: { indexPath: string; recordsPath: string },
  directory: string,
): Promise<Published> => {
  await mkdir(directory, { recursive: true });
  const file = { directory, name: `index-${Date.now()}.ztx` };
  const index = openIndex(new Uint8Array(await readFile(compiled.indexPath)));
  await rename(compiled.indexPath, join(directory, file.name));
  const published = await db.asService((tx) => publishWithin(tx, index, compiled.recordsPath, file));
  const old = await db.asService((tx) => outdatedFiles(tx, KEEP_GENERATIONS));
  for (const name of old) await rm(indexPath(directory, name), { force: true });
  await rm(compiled.recordsPath, { force: true });
  return published;
};
