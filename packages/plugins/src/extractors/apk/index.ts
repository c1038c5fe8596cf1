import type { Component } from "@zerotrace/core";
import { gather, osEcosystem, withSource } from "../gather.ts";
import type { Extractor } from "../extractor.ts";

/** Bytes of the installed database; it lists every file, so 1,000 packages have about 10 MB. */
export const MAX_APK_BYTES = 128 * 1024 * 1024;
/** apk-tools 3 moved the database to /usr; the first that exists counts. */
export const APK_DATABASES: readonly string[] = ["/lib/apk/db/installed", "/usr/lib/apk/db/installed"];

/** Alpine's packages, and those of its kin (Wolfi, Chainguard, MinimOS). */
export const apk: Extractor = {
  descriptor: {
    id: "apk",
    title: "Alpine packages",
    summary: "Installed packages from apk's database, with their origin as the source package",
    source: "apk-installed(5), apk-package(5)",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    for (const path of APK_DATABASES) {
      const bytes = await fs.read(path, MAX_APK_BYTES);
      if (bytes === null) continue;
      const into = gather("the apk database");
      const ecosystem = osEcosystem(os, "apk");
      for (const entry of apkEntries(bytes)) {
        signal.throwIfAborted();
        const { P: name, V: version = "", A: arch, o: origin } = entry;
        if (name === undefined) into.problem("an entry names no package");
        // A name with a leading dot is a virtual package: a list of wishes without files.
        else if (!name.startsWith(".")) {
          const component: Component = { ecosystem, name, version, ...(arch === undefined ? {} : { arch }) };
          into.add(origin === undefined ? component : withSource(component, origin, version));
        }
      }
      return into.finish();
    }
    return null;
  },
};

type Entry = Partial<Record<"P" | "V" | "A" | "o", string>>;

function* apkEntries(bytes: Uint8Array): Generator<Entry> {
  let entry: Entry = {};
  let seen = false;
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    if (line.trim() === "") {
      if (seen) yield entry;
      entry = {};
      seen = false;
      continue;
    }
    seen = true;
    const key = line.charAt(0);
    if (line.charAt(1) === ":" && (key === "P" || key === "V" || key === "A" || key === "o")) {
      entry[key] ??= line.slice(2).trim();
    }
  }
  if (seen) yield entry;
}
