import { createHash, randomBytes } from "node:crypto";
import { chmod, chown, lstat, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { AppError } from "@zerotrace/core";

/** A socket's address holds 104 bytes on macOS, 108 on Linux; the name takes `/.s.PGSQL.5432.lock.NNNNN`. */
const MAX_SOCKET_DIRECTORY_BYTES = 78;
const NOBODY = { uid: 65_534, gid: 65_534 };
const SYSTEM_ROOT = "/var/lib/zerotrace";

/** The user that PostgreSQL runs as, when it is not ours. */
export interface Account {
  uid: number;
  gid: number;
}

/** Where the cluster lives. `account` is set when we are root, which PostgreSQL refuses to run as. */
export interface Place {
  root: string;
  clusterDirectory: string;
  socketDirectory: string;
  logFile: string;
  account: Account | undefined;
  /** The name of our own user, the only one that may connect. */
  systemUser: string;
}

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * Makes the data directory when there is none: open to its owner alone; as root, when our own PostgreSQL is to live in it, passable
 * for the user that PostgreSQL runs as. One that exists keeps its mode.
 */
export const makeDataDir = async (dataDir: string, holdsDatabase: boolean): Promise<void> => {
  await mkdir(dataDir, { recursive: true, mode: holdsDatabase && isRoot() ? 0o711 : 0o700 });
};

/**
 * Chooses and makes the directories. The cluster lies in `<dataDir>/postgres`, or, when we are root and nobody cannot
 * enter there, under /var/lib/zerotrace; `<dataDir>/postgres.location` then says where.
 */
export const choosePlace = async (
  dataDir: string,
  log: (level: "info" | "warn", message: string, fields?: object) => void,
): Promise<Place> => {
  const account = isRoot() ? await findNobody() : undefined;
  await makeDataDir(dataDir, true);
  const root = await chooseRoot(resolve(dataDir), account, log);
  await mkdir(root, { recursive: true, mode: 0o755 });
  if (account) await chmod(root, 0o755);
  const socketDirectory = await makeSocketDirectory(root, account);
  return {
    root,
    clusterDirectory: join(root, "data"),
    socketDirectory,
    logFile: join(root, "postgres.log"),
    account,
    systemUser: userInfo().username,
  };
};

const chooseRoot = async (
  dataDir: string,
  account: Account | undefined,
  log: (level: "info" | "warn", message: string, fields?: object) => void,
): Promise<string> => {
  const note = join(dataDir, "postgres.location");
  const noted = (await readFile(note, "utf8").catch(() => "")).trim();
  if (noted !== "") {
    if (!isAbsolute(noted)) throw new AppError("BAD_CONFIG", `${note} must hold an absolute path.`);
    return noted;
  }
  const usual = join(dataDir, "postgres");
  if (!account || (await canTraverse(dataDir, account))) return usual;
  await mkdir(SYSTEM_ROOT, { recursive: true, mode: 0o755 });
  const root = join(SYSTEM_ROOT, randomBytes(6).toString("hex"));
  await writeFile(note, `${root}\n`, { mode: 0o644 });
  log("info", "the data directory is closed to the user that PostgreSQL runs as; the database lies elsewhere", {
    dataDir,
    location: root,
  });
  return root;
};

const findNobody = async (): Promise<Account> => {
  const lines = (await readFile("/etc/passwd", "utf8").catch(() => "")).split("\n");
  const fields = lines.find((line) => line.startsWith("nobody:"))?.split(":");
  const uid = Number(fields?.[2]);
  const gid = Number(fields?.[3]);
  // PostgreSQL takes uid and gid as unsigned; a negative nobody (macOS) is 2^32 less.
  return Number.isInteger(uid) && Number.isInteger(gid) ? { uid: uid >>> 0, gid: gid >>> 0 } : NOBODY;
};

/** True when the account may pass through this directory and all above it. */
export const canTraverse = async (directory: string, account: Account): Promise<boolean> => {
  for (let at = directory; ; at = dirname(at)) {
    const { mode, uid, gid } = await stat(at);
    const shift = uid === account.uid ? 6 : gid === account.gid ? 3 : 0;
    if (((mode >> shift) & 1) === 0) return false;
    if (dirname(at) === at) return true;
  }
};

/** `<root>/s`, or a short path in the temporary directory; open to the account alone. */
const makeSocketDirectory = async (root: string, account: Account | undefined): Promise<string> => {
  const usual = join(root, "s");
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 12);
  const directory = Buffer.byteLength(usual) <= MAX_SOCKET_DIRECTORY_BYTES ? usual : join(tmpdir(), `zt-${hash}`);
  await makePrivate(directory, account);
  return directory;
};

/** Makes a directory with mode 0700 owned by the account; refuses one that somebody else put there. */
export const makePrivate = async (directory: string, account: Account | undefined): Promise<void> => {
  await mkdir(directory, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const found = await lstat(directory);
  const ours = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || (found.uid !== ours && found.uid !== account?.uid)) {
    throw new AppError("BAD_CONFIG", `${directory} belongs to somebody else. Remove it, or use another --data-dir.`);
  }
  await chmod(directory, 0o700);
  if (account) await chown(directory, account.uid, account.gid);
};
