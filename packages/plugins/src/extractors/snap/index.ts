import { expand } from "../expand.ts";
import type { Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";

/** Where snaps are mounted: Ubuntu, and systems without /snap. `current` leads to the revision in use. */
const FOLDERS = ["/snap", "/var/lib/snapd/snap"];
/** Bytes of one snap.yaml. */
const MAX_SNAP_BYTES = 1024 * 1024;

/** Snaps that are mounted. */
export const snap: Extractor = {
  descriptor: {
    id: "snap",
    title: "Snaps",
    summary: "Mounted snaps in the revision in use, from their snap.yaml",
    source: "snap.yaml of snapcraft.io",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const into = gather("the snaps");
    let isThere = false;
    for (const folder of FOLDERS) {
      if ((await fs.list(folder)) === null) continue;
      isThere = true;
      for (const path of await expand(fs, `${folder}/*/current/meta/snap.yaml`, into.unread)) {
        signal.throwIfAborted();
        try {
          const bytes = await fs.read(path, MAX_SNAP_BYTES);
          if (bytes === null) continue;
          const text = new TextDecoder().decode(bytes);
          into.add({ ecosystem: "Snap", name: field(text, "name"), version: field(text, "version") });
        } catch (error) {
          into.unread(path, error);
        }
      }
    }
    return isThere ? into.finish() : null;
  },
};

/** A plain or quoted value at the margin; snapd writes these on one line. Empty when absent. */
const field = (text: string, name: string): string => {
  for (const line of text.split("\n")) {
    if (!line.startsWith(`${name}:`)) continue;
    const value = line.slice(name.length + 1).trim();
    const quote = value.charAt(0);
    if (quote === '"' || quote === "'") return value.slice(1).split(quote, 1)[0] ?? "";
    return value.split(/\s#/, 1)[0]?.trim() ?? "";
  }
  return "";
};
