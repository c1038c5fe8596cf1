import { AppError, messageOf } from "@zerotrace/core";
import { mkdir, readdir, rename, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { JobPayload } from "../../platform/queue/index.ts";
import { type CompanyTable, companyTables } from "./catalog-sql.ts";
import { beginExport, failExport, finishExport } from "./exports-sql.ts";
import { COMPANY_TABLES } from "./tables.ts";
import { createTar, type TarFile, type TarWriter } from "./tar.ts";

/** An archive is kept this long, hours. */
export const EXPORT_HOURS = 24;
const HOUR_MS = 3_600_000;
/** The largest archive, bytes. */
const ARCHIVE_BYTES_MAX = 8 * 1024 ** 3;
/** What an export leaves free on the disk, bytes. */
const FREE_BYTES_MIN = 1024 ** 3;
/** How often the disk is looked at, bytes. */
const LOOK_EVERY_BYTES = 64 * 1024 ** 2;
/** Rows held in memory. */
const BATCH_ROWS = 200;
/** The same of tables whose rows hold files, of up to 5 MB each. */
const FILE_ROWS = 2;
const WITH_FILES: readonly string[] = ["finding_attachment"];

export interface ExportDeps {
  readonly db: Database;
  readonly dataDir: string;
  readonly version: string;
}

const folderOf = (dataDir: string): string => join(dataDir, "exports");

/** Where the archive of an export lies. Its company is in its name, so that a deletion finds it. */
export const archivePath = (dataDir: string, companyId: number, exportId: string): string =>
  join(folderOf(dataDir), `${companyId}-${exportId}.tar`);

const namesIn = async (dataDir: string): Promise<string[]> => {
  try {
    return await readdir(folderOf(dataDir));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};

/** Deletes archives that are older than a day, whole or not. */
export const sweepExports = async (dataDir: string, now = Date.now()): Promise<void> => {
  for (const name of await namesIn(dataDir)) {
    const path = join(folderOf(dataDir), name);
    const found = await stat(path).catch(() => null);
    if (found !== null && now - found.mtimeMs > EXPORT_HOURS * HOUR_MS) await rm(path, { force: true });
  }
};

/** Deletes the archives of a company, but for one; answers how many. */
export const removeArchives = async (dataDir: string, companyId: number, except?: string): Promise<number> => {
  const own = (await namesIn(dataDir)).filter(
    (name) => name.startsWith(`${companyId}-`) && (except === undefined || !name.includes(except)),
  );
  for (const name of own) await rm(join(folderOf(dataDir), name), { force: true });
  return own.length;
};

const mustHaveRoom = async (dataDir: string): Promise<void> => {
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize >= FREE_BYTES_MIN) return;
  throw new AppError(
    "UNREADABLE",
    `Less than ${FREE_BYTES_MIN} bytes are free on the server's disk: no export is written.`,
  );
};

/** The rows that a cursor finds, one JSON object a line. */
async function* linesOf(
  tx: Tx,
  sql: string,
  companyId: number,
  signal: AbortSignal,
  batchRows = BATCH_ROWS,
): AsyncGenerator<string> {
  await tx.query(`declare export_rows no scroll cursor for ${sql.replaceAll("$1", String(companyId))}`);
  for (;;) {
    signal.throwIfAborted();
    const rows = await tx.query<{ line: string }>(`fetch ${batchRows} from export_rows`);
    for (const { line } of rows) yield line;
    if (rows.length < batchRows) break;
  }
  await tx.query("close export_rows");
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const sqlOf = (table: CompanyTable, leftOut: readonly string[]): string => {
  const without = leftOut.map((column) => ` - '${column.replaceAll("'", "''")}'`).join("");
  const order = table.key.length > 0 ? `order by ${table.key.map((column) => `t.${quoted(column)}`).join(", ")}` : "";
  return `select (to_jsonb(t)${without})::text as line from public.${quoted(table.name)} t where t.company_id = $1 ${order}`;
};

/** What the numbers in inventories and findings stand for. */
const COMPONENTS = `
  select json_build_object('id', c.id, 'ecosystem', c.ecosystem, 'name', c.name, 'version', c.version, 'arch', c.arch,
    'source_name', c.source_name, 'source_version', c.source_version, 'purl', c.purl)::text as line
  from component c where c.id in (
    select unnest(component_ids) from inventory where company_id = $1
    union select unnest(added) from inventory_delta where company_id = $1
    union select unnest(removed) from inventory_delta where company_id = $1
    union select component_id from finding where company_id = $1) order by c.id`;
const COMPANY = `select json_build_object('id', c.id, 'name', c.name, 'created_at', c.created_at, 'state', c.state)::text as line
  from company c where c.id = $1`;

async function* one(line: string): AsyncGenerator<string> {
  yield line;
}

const writeAll = async (
  { db, version }: ExportDeps,
  tar: TarWriter,
  companyId: number,
  at: Date,
  signal: AbortSignal,
): Promise<number> =>
  db.snapshotFor(companyId, async (tx) => {
    const files: TarFile[] = [];
    const leftOut: string[] = [];
    files.push(await tar.add("company.ndjson", linesOf(tx, COMPANY, companyId, signal)));
    files.push(await tar.add("component.ndjson", linesOf(tx, COMPONENTS, companyId, signal)));
    for (const table of await companyTables(tx)) {
      // what this version does not know could hold a secret
      const without = COMPANY_TABLES[table.name] ?? "all";
      leftOut.push(...(without === "all" ? [table.name] : without.map((column) => `${table.name}.${column}`)));
      if (without === "all") continue;
      const batchRows = WITH_FILES.includes(table.name) ? FILE_ROWS : BATCH_ROWS;
      const lines = linesOf(tx, sqlOf(table, without), companyId, signal, batchRows);
      files.push(await tar.add(`${table.name}.ndjson`, lines));
    }
    const manifest = { schema: "zerotrace.export/1", version, companyId, at: at.toISOString(), files, leftOut };
    await tar.add("manifest.json", one(JSON.stringify(manifest, null, 2)));
    return files.reduce((sum, { lineCount }) => sum + lineCount, 0);
  });

const write = async (deps: ExportDeps, companyId: number, exportId: string, signal: AbortSignal): Promise<void> => {
  const { db, dataDir } = deps;
  const path = archivePath(dataDir, companyId, exportId);
  const part = `${path}.part`;
  await mkdir(folderOf(dataDir), { recursive: true, mode: 0o700 });
  await sweepExports(dataDir);
  await mustHaveRoom(dataDir);
  const at = new Date();
  let lookAt = LOOK_EVERY_BYTES;
  const onWritten = async (sizeBytes: number): Promise<void> => {
    if (sizeBytes < lookAt) return;
    lookAt = sizeBytes + LOOK_EVERY_BYTES;
    await mustHaveRoom(dataDir);
  };
  const tar = await createTar(part, { at, bytesMax: ARCHIVE_BYTES_MAX, onWritten });
  try {
    const rowCount = await writeAll(deps, tar, companyId, at, signal);
    const { sizeBytes, sha256 } = await tar.finish();
    await rename(part, path);
    await removeArchives(dataDir, companyId, exportId);
    const done = { sizeBytes, rowCount, sha256, hours: EXPORT_HOURS };
    await db.withCompany(companyId, (tx) => finishExport(tx, companyId, exportId, done));
  } finally {
    await tar.close();
    await rm(part, { force: true });
  }
};

/** The job that writes everything a company has into one archive. Memory does not grow with it. */
export const exportCompany = async (deps: ExportDeps, payload: JobPayload, signal: AbortSignal): Promise<void> => {
  const { companyId } = payload;
  const exportId = String(payload["exportId"]);
  const { db } = deps;
  if (!(await db.withCompany(companyId, (tx) => beginExport(tx, companyId, exportId)))) return;
  try {
    await write(deps, companyId, exportId, signal);
  } catch (error) {
    // a stop of the server is no failure: the job runs again
    if (signal.aborted) throw error;
    const says = error instanceof AppError ? error.message : "A fault of ours: the server's log has it.";
    await db.withCompany(companyId, (tx) => failExport(tx, companyId, exportId, messageOf(says)));
    throw error;
  }
};
