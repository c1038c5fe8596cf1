import type { Extractor } from "../extractor.ts";
import { gather, osEcosystem } from "../gather.ts";

const DATABASE = "/var/db/pkg";
/** Bytes of a PF file, which holds one name and version. */
const MAX_PF_BYTES = 4096;

/** Packages of Gentoo and its kin, by category and name as its advisories (GLSA) name them. */
export const portage: Extractor = {
  descriptor: {
    id: "portage",
    title: "Portage packages",
    summary: "Installed packages from Portage's database, one folder each",
    source: "Package Manager Specification 3.2, 7.2",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const categories = await fs.list(DATABASE);
    if (categories === null) return null;
    const into = gather("the Portage database");
    const ecosystem = osEcosystem(os, "portage");
    for (const category of categories) {
      for (const folder of (await fs.list(`${DATABASE}/${category}`)) ?? []) {
        signal.throwIfAborted();
        // What is being merged has a name with a hyphen in front.
        if (folder.startsWith("-") || folder.startsWith(".")) continue;
        const path = `${DATABASE}/${category}/${folder}`;
        try {
          const bytes = await fs.read(`${path}/PF`, MAX_PF_BYTES);
          if (bytes === null) continue;
          const full = new TextDecoder().decode(bytes).trim();
          const [, name, version] = NAME_VERSION.exec(full) ?? [];
          if (name === undefined || version === undefined) into.problem(`${path}: ${full} is no name with a version`);
          else into.add({ ecosystem, name: `${category}/${name}`, version });
        } catch (error) {
          into.unread(path, error);
        }
      }
    }
    return into.finish();
  },
};

/** A name may hold hyphens and digits, but does not end in what looks like a version: the last one counts. */
const NAME_VERSION = /^(.+)-(\d+(?:\.\d+)*[a-z]?(?:_(?:alpha|beta|pre|rc|p)\d*)*(?:-r\d+)?)$/s;
