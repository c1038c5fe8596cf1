import type { Extractor } from "../extractor.ts";
import { gather } from "../gather.ts";

const STORE = "/nix/store";
/** `<hash of 32>-<name>-<version>[-<output>]`; the version begins at the first hyphen before a digit, as in Nix' parseDrvName. */
const PATH =
  /^[0-9a-df-np-sv-z]{32}-(.+?)-(\d[^-]*(?:-[^-]+)*?)(?:-(?:bin|data|debug|dev|devdoc|doc|info|lib|man|out|py|static))?$/s;
/** What builds leave in the store beside packages. */
const NO_PACKAGE = /\.(?:drv|patch|diff|lock|sh|nix|tar(?:\.\w+)?|tgz|zip|gz|xz|bz2|zst|json|chroot)$/;

/** Packages in the Nix store, by the names of their paths. Nix names no source for them beyond that. */
export const nix: Extractor = {
  descriptor: {
    id: "nix",
    title: "Nix packages",
    summary: "Packages in the Nix store, named by their store paths; paths without a version are no packages",
    source: "Nix manual, store path and builtins.parseDrvName",
    version: "1",
  },
  extract: async ({ fs, signal }) => {
    const paths = await fs.list(STORE);
    if (paths === null) return null;
    const into = gather("the Nix store");
    for (const path of paths) {
      signal.throwIfAborted();
      if (NO_PACKAGE.test(path)) continue;
      const [, name, version] = PATH.exec(path) ?? [];
      if (name !== undefined && version !== undefined) into.add({ ecosystem: "Nix", name, version });
    }
    return into.finish();
  },
};
