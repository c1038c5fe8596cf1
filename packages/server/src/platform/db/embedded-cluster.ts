import { execFile } from "node:child_process";
import { appendFile, chmod, chown, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AppError, messageOf } from "@zerotrace/core";
import { type Account, makePrivate, type Place } from "./embedded-place.ts";
import type { Runtime } from "./embedded-runtime.ts";

const INITDB_TIMEOUT_MS = 60_000;
const run = promisify(execFile);

/** The superuser of the embedded cluster; it owns the schema. */
export const SUPERUSER = "zerotrace";
/** Only names the socket file: nothing listens on TCP. */
export const PORT = 5432;

const SETTINGS: Record<string, string> = {
  listen_addresses: "",
  port: String(PORT),
  unix_socket_permissions: "0700",
  max_connections: "60",
  shared_buffers: "256MB",
  effective_cache_size: "1GB",
  work_mem: "16MB",
  maintenance_work_mem: "128MB",
  // Partitions take locks each; a transaction over all of them must fit.
  max_locks_per_transaction: "256",
  fsync: "on",
  synchronous_commit: "on",
  // No replicas: less WAL, and COPY into a table of the same transaction skips it.
  wal_level: "minimal",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  // Compressing the first image of each page after a checkpoint takes longer than writing it: the build has only pglz.
  wal_compression: "off",
  max_wal_size: "2GB",
  checkpoint_timeout: "15min",
  random_page_cost: "1.1",
  // Our queries are short: compiling them costs more than it saves.
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_line_prefix: "%m [%p] ",
  log_min_messages: "warning",
};

/** One call to the kernel instead of an fsync of each of a thousand files and more; only Linux has it. */
const SYNC_METHOD = process.platform === "linux" ? "syncfs" : "fsync";

/** The arguments of `postgres` for this place. */
export const serverArguments = (place: Place): string[] => {
  const settings = {
    ...SETTINGS,
    recovery_init_sync_method: SYNC_METHOD,
    unix_socket_directories: place.socketDirectory,
  };
  return [
    "-D",
    place.clusterDirectory,
    ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
};

/**
 * Makes the cluster when there is none: UTF-8, byte order as collation, data checksums. Only our own system user may
 * connect, by the kernel's word (`peer`), so no password exists. An interrupted first start leaves nothing behind.
 * Throws the reason of `signal`, which ends the making, and DATA_DIR_NEWER or BAD_CONFIG for a cluster of another major version.
 */
export const ensureCluster = async (place: Place, runtime: Runtime, signal?: AbortSignal): Promise<void> => {
  const found = await readFile(join(place.clusterDirectory, "PG_VERSION"), "utf8").catch(() => undefined);
  if (found === undefined) return initialize(place, runtime, signal);
  const major = Number.parseInt(found, 10);
  if (major === runtime.majorVersion) return;
  throw new AppError(
    major > runtime.majorVersion ? "DATA_DIR_NEWER" : "BAD_CONFIG",
    `The database in ${place.root} was made by PostgreSQL ${major}; this ZeroTrace brings ${runtime.majorVersion}. ` +
      "Use the ZeroTrace that made it, or another --data-dir.",
  );
};

const initialize = async (place: Place, runtime: Runtime, signal?: AbortSignal): Promise<void> => {
  const fresh = `${place.clusterDirectory}.new`;
  await rm(fresh, { recursive: true, force: true });
  await makePrivate(fresh, place.account);
  const options = ["-D", fresh, "-U", SUPERUSER, "--auth-local=peer", "--auth-host=reject", "--encoding=UTF8"];
  options.push("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--data-checksums");
  options.push("--no-instructions", `--sync-method=${SYNC_METHOD}`);
  try {
    const making = run(join(runtime.binDirectory, "initdb"), options, {
      cwd: place.root,
      env: { ...runtime.env, LC_ALL: "C", TZ: "UTC", PATH: "/usr/bin:/bin" },
      timeout: INITDB_TIMEOUT_MS,
      ...place.account,
    });
    // Ended by a signal it removes what it made; until it has, nobody else may begin.
    const end = (): void => void making.child.kill();
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
    await making.finally(() => signal?.removeEventListener("abort", end));
  } catch (error) {
    signal?.throwIfAborted();
    throw new AppError("BAD_CONFIG", `PostgreSQL could not make its database in ${place.root}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  await writeAccess(fresh, place.systemUser, place.account);
  await rename(fresh, place.clusterDirectory);
};

const writeAccess = async (directory: string, systemUser: string, account: Account | undefined): Promise<void> => {
  await writeOwned(join(directory, "pg_hba.conf"), "local all all peer map=zerotrace\n", account);
  await writeOwned(join(directory, "pg_ident.conf"), `zerotrace "${systemUser}" all\n`, account);
};

const writeOwned = async (file: string, text: string, account: Account | undefined): Promise<void> => {
  await writeFile(file, text, { mode: 0o600 });
  if (account) await chown(file, account.uid, account.gid);
};

const MAX_LOG_BYTES = 10 * 1024 * 1024;

/** Keeps one older log when this one has grown over 10 MB, and makes sure that there is one. */
export const rotateLog = async (file: string, sizeBytes: number): Promise<void> => {
  if (sizeBytes > MAX_LOG_BYTES) await rename(file, `${file}.1`);
  await appendFile(file, "");
  await chmod(file, 0o600);
};
