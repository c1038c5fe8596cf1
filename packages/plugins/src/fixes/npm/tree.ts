import { rangeAllows } from "@zerotrace/core";
import { resolved } from "../../extractors/npm-lock/index.ts";
import { aliasOf } from "../../extractors/package-manifest.ts";
import { recordOf, wordOf } from "../../extractors/text-file.ts";
import type { Demand } from "../fix.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Who asks for a copy of a package, and from where. */
export interface NpmDemand extends Demand {
  /** The folder of the asking project within the lockfile's, empty for its root; null for an installed package. */
  readonly project: string | null;
  /** The name that it is asked for by: another than the package's where it is an alias. */
  readonly as: string;
  /** The name of the installed package that asks; empty for projects. */
  readonly parent: string;
}

const NEEDED = ["dependencies", "optionalDependencies", "peerDependencies"] as const;
const ASKED = [...NEEDED, "devDependencies"] as const;

const isInstalled = (place: string): boolean => place.startsWith("node_modules/") || place.includes("/node_modules/");
const nameAt = (place: string, fields: Fields): string =>
  wordOf(fields["name"]) ?? place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);

/** Everybody who asks for a version of a package in a lockfile of version 2 or 3, and whether each would take another. */
export const demandsIn = (packages: Fields, name: string, from: string, to: string): NpmDemand[] => {
  const copies = new Set<string>();
  for (const [place, value] of Object.entries(packages)) {
    const fields = recordOf(value);
    if (fields === null || !isInstalled(place) || fields["link"] === true) continue;
    if (wordOf(fields["version"]) === from && nameAt(place, fields) === name) copies.add(place);
  }
  const demands: NpmDemand[] = [];
  for (const [place, value] of Object.entries(packages)) {
    const fields = recordOf(value);
    if (fields === null || fields["link"] === true) continue;
    const isProject = !isInstalled(place);
    // What is listed twice holds as the last list says, as for npm.
    const asked = new Map<string, string>();
    for (const kind of isProject ? ASKED : NEEDED) {
      for (const [as, range] of Object.entries(recordOf(fields[kind]) ?? {})) asked.set(as, wordOf(range) ?? "");
    }
    for (const [as, range] of asked) {
      if (as !== name && aliasOf(range)?.name !== name) continue;
      const found = resolved(packages, place, as);
      if (found === null || !copies.has(found)) continue;
      const parent = isProject ? "" : nameAt(place, fields);
      demands.push({
        by: isProject ? "" : `${parent}@${wordOf(fields["version"]) ?? ""}`,
        range,
        allows: rangeAllows("npm", range, to),
        project: isProject ? place : null,
        as,
        parent,
      });
    }
  }
  return demands;
};
