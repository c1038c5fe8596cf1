import type { HostFs } from "../plugin.ts";
import type { Gathering } from "./gather.ts";

/** Folders that one pattern may give (count). */
const MAX_FOLDERS = 10_000;

/**
 * Paths that a pattern may mean, sorted: `*` in a part stands for any text within it, as in a shell. Parts with a star
 * exist; those after the last star may not. A folder that may not be listed goes to `unread`, the rest is found.
 */
export const expand = async (fs: HostFs, pattern: string, unread: Gathering["unread"]): Promise<string[]> => {
  let found = [""];
  for (const part of pattern.split("/").slice(1)) {
    if (!part.includes("*")) {
      found = found.map((path) => `${path}/${part}`);
      continue;
    }
    const [head = "", tail = ""] = part.split("*");
    const next: string[] = [];
    for (const path of found) {
      for (const name of await listOrNote(fs, path, unread)) {
        const matches = name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
        if (matches && next.length < MAX_FOLDERS) next.push(`${path}/${name}`);
      }
    }
    found = next;
  }
  return found.sort();
};

const listOrNote = async (fs: HostFs, path: string, unread: Gathering["unread"]): Promise<readonly string[]> => {
  try {
    return (await fs.list(path)) ?? [];
  } catch (error) {
    unread(path, error);
    return [];
  }
};
