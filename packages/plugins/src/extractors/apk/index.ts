import { type Component, judgedAs } from "@zerotrace/core";
import { gather, osEcosystem, withSource } from "../gather.ts";
import type { ExtractContext, Extractor } from "../extractor.ts";
import type { OwnedFile } from "../owned-file.ts";

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
        if (entry.P === undefined) into.problem("an entry names no package");
        // A name with a leading dot is a virtual package: a list of wishes without files.
        else if (!entry.P.startsWith(".")) into.add(componentOf(entry, ecosystem));
      }
      return into.finish();
    }
    return null;
  },
};

/** The files of installed packages whose base name is `wanted`. `F:` names a folder, the `R:` lines after it its files. */
export async function* apkFiles(
  { fs, os, signal }: ExtractContext,
  wanted: (baseName: string) => boolean,
): AsyncGenerator<OwnedFile> {
  for (const database of APK_DATABASES) {
    const bytes = await fs.read(database, MAX_APK_BYTES);
    if (bytes === null) continue;
    for (const entry of apkEntries(bytes, wanted)) {
      signal.throwIfAborted();
      if (entry.P === undefined || entry.files.length === 0) continue;
      const owner = judgedAs(componentOf(entry, osEcosystem(os, "apk")));
      for (const file of entry.files) yield { ...file, owner };
    }
    return;
  }
}

type Field = "P" | "V" | "A" | "o";
type Entry = Partial<Record<Field, string>> & { readonly files: Omit<OwnedFile, "owner">[] };

const componentOf = ({ P: name = "", V: version = "", A: arch, o: origin }: Entry, ecosystem: string): Component => {
  const component: Component = { ecosystem, name, version, ...(arch === undefined ? {} : { arch }) };
  return origin === undefined ? component : withSource(component, origin, version);
};

const FIELDS: ReadonlySet<string> = new Set(["P", "V", "A", "o"]);
/** `Z:Q1` and SHA-1 in base64 is the checksum of the file named before. */
const SHA1 = "Z:Q1";

function* apkEntries(bytes: Uint8Array, wanted: (baseName: string) => boolean = () => false): Generator<Entry> {
  let entry: Entry = { files: [] };
  let seen = false;
  let folder = "";
  let isWanted = false;
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    if (line.trim() === "") {
      if (seen) yield entry;
      entry = { files: [] };
      seen = false;
      continue;
    }
    seen = true;
    const key = line.charAt(0);
    if (line.charAt(1) !== ":") continue;
    if (FIELDS.has(key)) entry[key as Field] ??= line.slice(2).trim();
    else if (key === "F") folder = line.slice(2);
    else if (key === "R") {
      isWanted = wanted(line.slice(2));
      if (isWanted) entry.files.push({ path: `/${folder}/${line.slice(2)}` });
    } else if (isWanted && line.startsWith(SHA1)) {
      const hex = Buffer.from(line.slice(SHA1.length), "base64").toString("hex");
      entry.files.push({ path: entry.files.pop()!.path, digest: { algorithm: "sha1", hex } });
      isWanted = false;
    }
  }
  if (seen) yield entry;
}
