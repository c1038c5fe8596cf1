import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "@zerotrace/core";
import { Client, type ClientConfig } from "pg";
import { asAppError } from "./faults.ts";
import { checkServer, ensureRoles } from "./roles.ts";

const DIRECTORY = fileURLToPath(new URL("../../../migrations/", import.meta.url));
const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** Any constant: one server at a time migrates a database. */
const MIGRATE_LOCK = 7_305_002;

interface Migration {
  version: number;
  name: string;
  checksum: string;
  sql: string;
}

/**
 * Brings the database to the newest schema, forward only, each file in its own transaction, one server at a time; makes
 * the roles first. Tells `onProgress` before each file. Throws BAD_CONFIG when an applied file was changed,
 * DATA_DIR_NEWER when the database knows more than these files, DATABASE_UNAVAILABLE, or pg's error of a statement.
 */
export const migrate = async (
  ownerConfig: ClientConfig,
  options: { directory?: string; onProgress?: (done: number, total: number, name: string) => void } = {},
): Promise<{ from: number; to: number }> => {
  const files = await readMigrations(options.directory ?? DIRECTORY);
  const client = new Client(ownerConfig);
  client.on("error", () => undefined); // the statement in flight rejects with the same error
  try {
    await client.connect();
    await client.query("select pg_advisory_lock($1)", [MIGRATE_LOCK]);
    await checkServer(client);
    await ensureRoles(client);
    const from = await checkApplied(client, files);
    const missing = files.filter((file) => file.version > from);
    for (const [done, file] of missing.entries()) {
      options.onProgress?.(done, missing.length, file.name);
      await apply(client, file);
    }
    return { from, to: missing.at(-1)?.version ?? from };
  } catch (error) {
    throw asAppError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
};

const readMigrations = async (directory: string): Promise<Migration[]> => {
  const files: Migration[] = [];
  for (const name of (await readdir(directory)).sort()) {
    const match = FILE_NAME.exec(name);
    if (!match) continue;
    const sql = await readFile(join(directory, name), "utf8");
    const checksum = createHash("sha256").update(sql).digest("hex");
    const version = Number(match[1]);
    if (version !== files.length + 1) {
      throw new AppError("BAD_CONFIG", `Migrations must be numbered without gaps; ${name} is out of order.`);
    }
    files.push({ version, name, checksum, sql });
  }
  return files;
};

/** The newest version applied; refuses what does not fit our files. */
const checkApplied = async (client: Client, files: readonly Migration[]): Promise<number> => {
  await client.query(`create table if not exists schema_migration (
    version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`);
  const { rows } = await client.query<{ version: number; name: string; checksum: string }>(
    "select version, name, checksum from schema_migration order by version",
  );
  const newest = rows.at(-1)?.version ?? 0;
  if (newest > files.length) {
    throw new AppError(
      "DATA_DIR_NEWER",
      `The database has schema version ${newest}; this ZeroTrace knows ${files.length}. ` +
        "Install the newer ZeroTrace again, or start with another --data-dir.",
    );
  }
  for (const row of rows) {
    const file = files[row.version - 1];
    if (file?.checksum !== row.checksum) {
      const mend = "Restore the file as it was released; put changes into a new one.";
      throw new AppError("BAD_CONFIG", `The migration ${row.name} was changed after it was applied. ${mend}`);
    }
  }
  return newest;
};

const apply = async (client: Client, file: Migration): Promise<void> => {
  await client.query("begin");
  try {
    await client.query(file.sql);
    await client.query("insert into schema_migration (version, name, checksum) values ($1, $2, $3)", [
      file.version,
      file.name,
      file.checksum,
    ]);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  }
};
