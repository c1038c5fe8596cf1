import type { HostFs } from "../../plugin.ts";

/** yum's notes on installed packages: `<first letter>/<checksum>-<name>-<version>-<release>-<arch>/from_repo`. */
const NOTES = "/var/lib/yum/yumdb";
const MAX_REPO_BYTES = 1024;
/** Notes that are read (count). */
const MAX_NOTES = 100_000;

/**
 * The topic of Amazon Linux 2's extras (`docker`) that each package was installed from, by `name-version-release-arch` without epoch.
 * Empty where yum has left no notes: then nothing tells. Never throws.
 */
export const extraTopics = async (fs: HostFs, signal: AbortSignal): Promise<ReadonlyMap<string, string>> => {
  const topics = new Map<string, string>();
  let count = 0;
  for (const letter of await namesIn(fs, NOTES)) {
    signal.throwIfAborted();
    for (const note of await namesIn(fs, `${NOTES}/${letter}`)) {
      const dash = note.indexOf("-");
      if (dash <= 0 || ++count > MAX_NOTES) continue;
      const topic = /^amzn2extra-([A-Za-z0-9][\w.+-]{0,60})\s*$/.exec(
        await repoOf(fs, `${NOTES}/${letter}/${note}`),
      )?.[1];
      if (topic !== undefined) topics.set(note.slice(dash + 1), topic);
    }
  }
  return topics;
};

const namesIn = async (fs: HostFs, path: string): Promise<readonly string[]> =>
  (await fs.list(path).catch(() => null)) ?? [];

const repoOf = async (fs: HostFs, folder: string): Promise<string> => {
  const bytes = await fs.read(`${folder}/from_repo`, MAX_REPO_BYTES).catch(() => null);
  return bytes === null ? "" : new TextDecoder().decode(bytes);
};
