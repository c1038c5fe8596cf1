import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { deleteCompanyJobs, enqueue, type JobPayload } from "../../platform/queue/index.ts";
import { writeAudit } from "../audit/index.ts";
import { removeStrangers } from "../people/index.ts";
import { childrenFirst, companyTables } from "./catalog-sql.ts";
import { certify, type Statement } from "./certificate.ts";
import {
  companiesToDelete,
  countRows,
  DELETED,
  deleteCompanyRow,
  deleteRows,
  type Doomed,
  doomedCompany,
  keepDeletion,
  memberIds,
  trailHead,
} from "./deletion-sql.ts";
import { removeArchives } from "./export-job.ts";
import { goOnAs } from "./scope.ts";
import { type Deletion, providerId } from "./sql.ts";

/** Rows that one transaction deletes at most. */
const BATCH_ROWS = 5_000;
/** How long a deletion waits for jobs of the company that run, ms. */
const JOBS_WAIT_MS = 60_000;
const JOBS_LOOK_MS = 500;
/** No request of the company is under way: what lies among the uploads for so long was left behind, ms. */
const LEFT_BEHIND_MS = 6 * 3_600_000;
/** After everything that somebody waits for. */
const PRIORITY = 80;

export interface DeleteDeps {
  readonly db: Database;
  /** They sign the certificate. */
  readonly keys: CompanyKeys;
  readonly dataDir: string;
  readonly forgetCompany: (companyId: number) => void;
  /** Rows a transaction; 5,000 when not given. */
  readonly batchRows?: number;
}

/** Orders a job for each company whose time to undo its deletion is over. It is one of the company that runs the platform. */
export const requestDeletions = (db: Database): Promise<void> =>
  db.asService(async (tx) => {
    const due = await companiesToDelete(tx);
    if (due.length === 0) return;
    const provider = await providerId(tx);
    for (const company of due) {
      const payload = { companyId: provider, company };
      const key = `company-delete:${company}`;
      await enqueue(tx, { task: "company-delete", payload, key, queueName: "company-delete", priority: PRIORITY });
    }
  });

/** Counts what is there, once: a job that begins anew goes on with what the first one counted. */
const begin = async ({ db }: DeleteDeps, { id, deletion }: Doomed, tables: readonly string[]): Promise<Deletion> => {
  if (deletion.before !== undefined) return deletion;
  return db.asServiceFor(id, async (tx) => {
    const before: Record<string, number> = {};
    for (const table of tables) before[table] = await countRows(tx, id, table);
    const [head, people] = [await trailHead(tx, id), await memberIds(tx, id)];
    const begun = { ...deletion, startedAt: new Date().toISOString(), before, deleted: {}, trailHead: head, people };
    await keepDeletion(tx, id, begun);
    return begun;
  });
};

const endJobs = async ({ db }: DeleteDeps, id: number, signal: AbortSignal): Promise<number> => {
  const until = performance.now() + JOBS_WAIT_MS;
  for (let gone = 0; ;) {
    const found = await db.asService((tx) => deleteCompanyJobs(tx, id));
    gone += found.gone;
    if (found.running === 0) return gone;
    if (performance.now() > until) throw new Error(`${found.running} jobs of the company still run`);
    await sleep(JOBS_LOOK_MS, undefined, { signal });
  }
};

/** Documents are deleted when they were read; a server that was killed left them behind, and they name no company. */
const removeUploads = async (dataDir: string): Promise<number> => {
  const folder = join(dataDir, "uploads");
  let count = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => null);
    if (found === null || Date.now() - found.mtimeMs < LEFT_BEHIND_MS) continue;
    await rm(join(folder, name), { force: true });
    count += 1;
  }
  return count;
};

const added = (deletion: Deletion, table: string, count: number): Deletion => ({
  ...deletion,
  deleted: { ...deletion.deleted, [table]: (deletion.deleted?.[table] ?? 0) + count },
});

/** Deletes table by table, children first; each batch is a transaction that keeps the count. Answers null when stopped. */
const empty = async (
  { db, batchRows = BATCH_ROWS }: DeleteDeps,
  id: number,
  tables: readonly string[],
  from: Deletion,
  signal: AbortSignal,
): Promise<Deletion | null> => {
  let deletion = from;
  for (const table of tables) {
    for (;;) {
      if (signal.aborted) return null;
      const count = await db.asServiceFor(id, async (tx) => {
        const gone = await deleteRows(tx, id, table, batchRows);
        if (gone > 0) await keepDeletion(tx, id, added(deletion, table, gone));
        return gone;
      });
      deletion = added(deletion, table, count);
      if (count < batchRows) break;
    }
  }
  return deletion;
};

const statementOf = (
  doomed: Doomed,
  deletion: Deletion,
  after: Readonly<Record<string, number>>,
  people: number,
): Statement => ({
  schema: "zerotrace.company-deletion/1",
  companyId: doomed.id,
  companyName: doomed.name,
  askedBy: deletion.askedBy,
  askedAt: deletion.askedAt,
  reason: deletion.reason,
  graceEndedAt: doomed.deleteAt.toISOString(),
  startedAt: deletion.startedAt ?? "",
  finishedAt: new Date().toISOString(),
  tables: Object.keys(after).map((table) => ({
    table,
    before: deletion.before?.[table] ?? 0,
    deleted: deletion.deleted?.[table] ?? 0,
    after: after[table] ?? 0,
  })),
  files: deletion.files ?? 0,
  jobs: deletion.jobs ?? 0,
  people,
  trailHead: deletion.trailHead ?? null,
});

/** The last transaction: while the company is locked nothing new of it can be written, all is counted, and the proof is kept. */
const finish = async (deps: DeleteDeps, id: number, tables: readonly string[], from: Deletion): Promise<void> => {
  const { db, keys, batchRows = BATCH_ROWS } = deps;
  await db.asServiceFor(id, async (tx: Tx) => {
    const doomed = await doomedCompany(tx, id, "for update");
    if (doomed === null) throw new Error("the company is not to be deleted any more");
    let deletion = from;
    for (const table of tables) {
      const count = await deleteRows(tx, id, table, batchRows);
      if (count === batchRows) throw new Error(`${table} is written to as fast as it is deleted`);
      deletion = added(deletion, table, count);
    }
    const after: Record<string, number> = {};
    for (const table of [...tables].sort()) after[table] = await countRows(tx, id, table);
    const left = Object.keys(after).find((table) => after[table] !== 0);
    if (left !== undefined) throw new Error(`${left} still has rows of the company`);
    await deleteCompanyRow(tx, id);
    const provider = await providerId(tx);
    await tx.query("select set_config('app.company_id', '', true)");
    const people = await removeStrangers(tx, from.people ?? []);
    await goOnAs(tx, provider);
    const certificate = await certify(keys, tx, provider, statementOf(doomed, deletion, after, people));
    const rowCount = Object.values(deletion.deleted ?? {}).reduce((sum, count) => sum + count, 0);
    const detail = { name: doomed.name, rowCount, certificate };
    await writeAudit(tx, { companyId: provider, actor: "server", action: DELETED, target: String(id), detail, ip: "" });
  });
};

/**
 * The job that deletes everything of a company and leaves a signed certificate in the trail of the company that runs the platform.
 * Does nothing for a company that is not to be deleted (any more). One that was stopped goes on where it was.
 */
export const deleteCompany = async (deps: DeleteDeps, payload: JobPayload, signal: AbortSignal): Promise<void> => {
  const id = Number(payload["company"]);
  const { db, dataDir, forgetCompany, keys } = deps;
  const [doomed, tables] = await db.asService(async (tx) => [
    await doomedCompany(tx, id),
    childrenFirst(await companyTables(tx)),
  ]);
  if (doomed === null) return;
  forgetCompany(id);
  const begun = await begin(deps, doomed, tables);
  const jobs = (begun.jobs ?? 0) + (await endJobs(deps, id, signal));
  const files = (begun.files ?? 0) + (await removeArchives(dataDir, id)) + (await removeUploads(dataDir));
  const emptied = await empty(deps, id, tables, { ...begun, jobs, files }, signal);
  if (emptied === null) return;
  await finish(deps, id, tables, emptied);
  keys.forget(id);
};
