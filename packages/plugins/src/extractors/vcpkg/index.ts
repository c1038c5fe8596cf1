import { AppError } from "@zerotrace/core";
import { isOnDisk } from "../../dpkg-state.ts";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { listOf, parsed, recordOf, textOf, wordOf } from "../text-file.ts";

/**
 * vcpkg for C and C++: the ports installed in a tree (`vcpkg/status`), and the dependencies of a manifest, of which only overrides fix a version. Port versions
 * stand after `#`, as vcpkg writes them.
 */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context);
  const into = gatherPackages(file.path);
  if (!file.path.endsWith(".json")) readStatus(text, into);
  else {
    const manifest = recordOf(parsed(file.path, () => JSON.parse(text) as unknown));
    if (manifest === null)
      throw new AppError("UNREADABLE", `${file.path} is no manifest of vcpkg: it is not an object.`);
    readManifest(manifest, into);
  }
  return into.finish();
};

type Fields = Readonly<Record<string, unknown>>;

const readManifest = (manifest: Fields, into: PackageGathering): void => {
  const overrides = new Map(
    listOf(manifest["overrides"]).flatMap((value): [string, string][] => {
      const fields = recordOf(value) ?? {};
      const version = VERSION_FIELDS.flatMap((field) => wordOf(fields[field]) ?? [])[0];
      const name = wordOf(fields["name"]);
      return name === null || version === undefined ? [] : [[name, withPort(version, fields["port-version"])]];
    }),
  );
  for (const value of listOf(manifest["dependencies"])) {
    const fields = recordOf(value) ?? {};
    const name = wordOf(value) ?? wordOf(fields["name"]);
    if (name === null) {
      into.problem("a dependency without a name");
      continue;
    }
    const component = { ecosystem: "vcpkg", name, version: overrides.get(name) ?? "" };
    // Host dependencies are tools of the build.
    into.add({ component, isDirect: true, isDev: fields["host"] === true });
  }
};

const VERSION_FIELDS = ["version", "version-semver", "version-date", "version-string"] as const;

const withPort = (version: string, port: unknown): string => {
  const number = typeof port === "number" || typeof port === "string" ? String(port) : "";
  return number === "" || number === "0" ? version : `${version}#${number}`;
};

/** Paragraphs as dpkg writes them; one with `Feature` belongs to a port that has its own. */
const readStatus = (text: string, into: PackageGathering): void => {
  for (const paragraph of text.split(/\r?\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const line of paragraph.split(/\r?\n/)) {
      const colon = line.indexOf(":");
      if (colon > 0 && !fields.has(line.slice(0, colon)))
        fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    if (fields.size === 0 || fields.has("Feature") || !isOnDisk(fields.get("Status") ?? "")) continue;
    const arch = fields.get("Architecture");
    const version = withPort(fields.get("Version") ?? "", fields.get("Port-Version"));
    into.add({
      component: { ecosystem: "vcpkg", name: fields.get("Package") ?? "", version, ...(arch ? { arch } : {}) },
    });
  }
};
