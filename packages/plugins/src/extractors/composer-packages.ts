import { normalizeName } from "@zerotrace/core";
import type { PackageEntry } from "./gather-packages.ts";
import { listOf, recordOf, wordOf } from "./text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What composer.lock and installed.json say of one package; null for one that lies in a folder of the project. */
export const composerEntry = (fields: Fields, said: Pick<PackageEntry, "isDirect" | "isDev">): PackageEntry | null => {
  const name = normalizeName("Packagist", wordOf(fields["name"]) ?? "");
  const from = recordOf(fields["dist"]) ?? recordOf(fields["source"]);
  if (from?.["type"] === "path") return null;
  const licenses = listOf(fields["license"]).flatMap((license) => wordOf(license) ?? []);
  return {
    component: { ecosystem: "Packagist", name, version: (wordOf(fields["version"]) ?? "").replace(/^v(?=\d)/, "") },
    key: name,
    dependsOn: requiredBy(fields, "require"),
    ...said,
    // Several licenses are a choice (getcomposer.org/doc/04-schema.md#license).
    ...(licenses.length === 0 ? {} : { license: licenses.join(" OR ") }),
  };
};

/** Names that a package or project asks for under `kind`; PHP itself and its extensions are among them. */
export const requiredBy = (fields: Fields, kind: "require" | "require-dev"): string[] =>
  Object.keys(recordOf(fields[kind]) ?? {}).map((name) => normalizeName("Packagist", name));
