import type { Extractor, OsRelease } from "../extractor.ts";
import { gather, osEcosystem } from "../gather.ts";

const LOCAL = "/var/lib/pacman/local";
/** Bytes of one `desc` file; real ones have about 2 KB. */
const MAX_DESC_BYTES = 1024 * 1024;

/** Packages of Arch Linux and its kin. */
export const pacman: Extractor = {
  descriptor: {
    id: "pacman",
    title: "Pacman packages",
    summary: "Installed packages from pacman's local database",
    source: "alpm-db-desc(5)",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const folders = await fs.list(LOCAL);
    if (folders === null) return null;
    const into = gather("the pacman database");
    const ecosystem = ecosystemOf(os);
    for (const folder of folders) {
      signal.throwIfAborted();
      try {
        // Beside the packages lies ALPM_DB_VERSION, a file.
        const bytes = await fs.read(`${LOCAL}/${folder}/desc`, MAX_DESC_BYTES);
        if (bytes === null) continue;
        const fields = sectionsOf(new TextDecoder().decode(bytes));
        const arch = fields.get("ARCH");
        into.add({
          ecosystem,
          name: fields.get("NAME") ?? "",
          version: fields.get("VERSION") ?? "",
          ...(arch ? { arch } : {}),
        });
      } catch (error) {
        into.unread(`${LOCAL}/${folder}`, error);
      }
    }
    return into.finish();
  },
};

/** Arch Linux' advisories speak of Arch Linux alone: its kin hold packages back and build their own. */
const ecosystemOf = (os: OsRelease): string => (os.id === "arch" ? "Arch Linux" : osEcosystem(os, "pacman"));

/** `%NAME%` on a line of its own, its value on the next. */
const sectionsOf = (text: string): Map<string, string> => {
  const lines = text.split("\n");
  const fields = new Map<string, string>();
  lines.forEach((line, at) => {
    const name = /^%([A-Z0-9]+)%$/.exec(line)?.[1];
    if (name !== undefined && !fields.has(name)) fields.set(name, lines[at + 1]?.trim() ?? "");
  });
  return fields;
};
