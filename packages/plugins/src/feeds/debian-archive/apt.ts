import { mkdir, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError, messageOf } from "@zerotrace/core";
import type { Release } from "./release.ts";
import { complaintOf, runText } from "./run.ts";
import type { RunOptions } from "./run.ts";
import { ownSources } from "./sources.ts";

const UPDATE_TIMEOUT_MS = 120_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const PROGRESS_EVERY_MS = 250;
const MAX_SOURCES_BYTES = 1024 * 1024;
/** Command lines stay short even for hosts with hundreds of updates. */
const PACKAGES_PER_CALL = 200;

/** apt with lists, cache and sources in our own directory. */
export interface Apt {
  /** `apt-get`, `-c`, … : the start of every command line. */
  readonly configPath: string;
  readonly listsDir: string;
}

/** One Packages list that was fetched. */
export interface PackagesList {
  readonly path: string;
  readonly suite: string;
  readonly repoUri: string;
}

/** Writes the configuration: everything that apt writes lies under `stateDir`; the host's keys, proxies and credentials stay. */
export async function prepareApt(
  stateDir: string,
  release: Release,
  paths: { etcApt: string; dpkgStatus: string },
): Promise<Apt> {
  const listsDir = join(stateDir, "lists");
  const sourcesDir = join(stateDir, "sources");
  await rm(sourcesDir, { recursive: true, force: true });
  for (const dir of [join(listsDir, "partial"), join(stateDir, "archives", "partial"), sourcesDir]) {
    await mkdir(dir, { recursive: true });
  }
  await copySources(paths.etcApt, sourcesDir, release.codename);
  const configPath = join(stateDir, "apt.conf");
  const lines = [
    // Other programs' hooks must not run for lists that are not the system's.
    "#clear APT::Update::Pre-Invoke;",
    "#clear APT::Update::Post-Invoke;",
    "#clear APT::Update::Post-Invoke-Success;",
    "#clear DPkg::Pre-Install-Pkgs;",
    ...Object.entries({
      "Dir::State": stateDir,
      "Dir::State::lists": listsDir,
      "Dir::State::status": paths.dpkgStatus,
      "Dir::Cache": join(stateDir, "cache"),
      "Dir::Cache::archives": join(stateDir, "archives"),
      "Dir::Cache::pkgcache": "",
      "Dir::Cache::srcpkgcache": "",
      "Dir::Etc::sourcelist": "/dev/null",
      "Dir::Etc::sourceparts": sourcesDir,
      "Acquire::Languages": "none",
      "Acquire::GzipIndexes": "true",
      "Acquire::Retries": "1",
      "Acquire::http::Timeout": "10",
      "Acquire::https::Timeout": "10",
      "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
      "Acquire::IndexTargets::deb::CNF::DefaultEnabled": "false",
      "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
      // Its own user could not write into a private directory; signatures are checked either way.
      "APT::Sandbox::User": "root",
    }).map(([key, value]) => `${key} "${value}";`),
  ];
  if (/["\n]/.test(stateDir)) throw new AppError("BAD_CONFIG", "The data directory's path must not hold quotes.");
  await writeFile(configPath, `${lines.join("\n")}\n`);
  return { configPath, listsDir };
}

async function copySources(etcApt: string, sourcesDir: string, codename: string): Promise<void> {
  const parts = join(etcApt, "sources.list.d");
  const names = await readdir(parts).catch(() => [] as string[]);
  const files = [join(etcApt, "sources.list"), ...names.sort().map((name) => join(parts, name))];
  let kept = 0;
  for (const [i, path] of files.entries()) {
    const format = path.endsWith(".sources") ? "sources" : path.endsWith(".list") ? "list" : null;
    const found = format === null ? null : await stat(path).catch(() => null);
    if (format === null || !found?.isFile() || found.size > MAX_SOURCES_BYTES) continue;
    const text = ownSources(await readFile(path, "utf8"), format, codename);
    if (text === "") continue;
    await writeFile(join(sourcesDir, `${String(i).padStart(3, "0")}.${format}`), text);
    kept++;
  }
  if (kept === 0) {
    throw new AppError("FEEDS_UNAVAILABLE", `No apt source of ${codename} is configured under ${etcApt}.`);
  }
}

/**
 * Refreshes the lists and returns those of the distribution's own Origin. Throws AppError FEEDS_UNAVAILABLE when one of
 * them could not be fetched: an older copy would pass for the present state.
 */
export async function refreshLists(apt: Apt, release: Release, signal: AbortSignal): Promise<PackagesList[]> {
  const run: RunOptions = { signal, timeoutMs: UPDATE_TIMEOUT_MS };
  // apt answers 0 when it falls back to old lists; the lines it prints tell.
  const update = ["sh", "-c", 'exec apt-get -q -c "$0" update 2>&1', apt.configPath];
  const output = await runText(update, { ...run, name: "apt-get update" }).catch((error) => {
    signal.throwIfAborted();
    throw new AppError("FEEDS_UNAVAILABLE", `The package lists cannot be refreshed: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const format = "$(CREATED_BY)\t$(ORIGIN)\t$(CODENAME)\t$(RELEASE)\t$(REPO_URI)\t$(FILENAME)";
  const targets = await runText(["apt-get", "-c", apt.configPath, "indextargets", "--format", format], run);
  const lists: PackagesList[] = [];
  for (const line of targets.split("\n")) {
    const [createdBy, origin, codename, suite, repoUri, path] = line.split("\t");
    if (createdBy !== "Packages" || origin !== release.origin || !codename?.startsWith(release.codename)) continue;
    if (suite && repoUri && path && (await stat(path).catch(() => null))) lists.push({ path, suite, repoUri });
  }
  const failed = [...output.matchAll(/Failed to fetch (\S+)\s*(.*)/g)].find(
    ([, url]) => lists.length === 0 || lists.some((list) => url?.startsWith(list.repoUri)),
  );
  if (failed) {
    const why = complaintOf(failed[2] || failed[1] || "");
    throw new AppError("FEEDS_UNAVAILABLE", `The package mirror does not answer: ${why}`);
  }
  if (lists.length === 0) {
    throw new AppError("FEEDS_UNAVAILABLE", `No configured apt source is ${release.origin} ${release.codename}.`);
  }
  return lists.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The newest `Date` of the suites' release files, ISO; null when none is found. */
export async function releaseDate(apt: Apt): Promise<string | null> {
  let newest = 0;
  for (const name of await readdir(apt.listsDir)) {
    if (!name.endsWith("Release")) continue;
    const at = Date.parse(/^Date: (.+)$/m.exec(await readFile(join(apt.listsDir, name), "utf8"))?.[1] ?? "");
    if (at > newest) newest = at;
  }
  return newest === 0 ? null : new Date(newest).toISOString();
}

/**
 * Downloads packages (`name=version`) into `dir` and returns the paths of the `.deb` files there, by package name. A
 * package that does not come is absent from the result. apt checks the signed hashes.
 */
export async function downloadDebs(
  apt: Apt,
  wanted: readonly string[],
  dir: string,
  options: { signal: AbortSignal; onBytes: (doneBytes: number) => void },
): Promise<Map<string, string>> {
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  const timer = setInterval(() => void folderBytes(dir).then(options.onBytes), PROGRESS_EVERY_MS);
  try {
    for (let i = 0; i < wanted.length; i += PACKAGES_PER_CALL) {
      const names = wanted.slice(i, i + PACKAGES_PER_CALL);
      const args = ["apt-get", "-q", "-c", apt.configPath, "download", ...names];
      await runText(args, { signal: options.signal, timeoutMs: DOWNLOAD_TIMEOUT_MS, cwd: dir }).catch(() => {
        // What is missing afterwards is reported for each package; the rest is good.
        options.signal.throwIfAborted();
      });
    }
  } finally {
    clearInterval(timer);
  }
  const debs = (await readdir(dir)).filter((name) => name.endsWith(".deb")).sort();
  return new Map(debs.map((name) => [name.slice(0, name.indexOf("_")), join(dir, name)]));
}

async function folderBytes(dir: string): Promise<number> {
  let total = 0;
  for (const name of await readdir(dir).catch(() => [] as string[])) {
    total += (await stat(join(dir, name)).catch(() => null))?.size ?? 0;
  }
  return total;
}
