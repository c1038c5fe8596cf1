import type { HostInventory, SourceInventory } from "../extractors/extractor.ts";
import type { Place, TargetInventory } from "./target.ts";

/** Where a reader of a system's packages finds them, for people; others are named by their id. */
const DATABASES: Readonly<Record<string, string>> = {
  apk: "lib/apk/db/installed",
  dpkg: "var/lib/dpkg/status",
  pacman: "var/lib/pacman/local",
  portage: "var/db/pkg",
  rpm: "var/lib/rpm",
  system: "etc/os-release",
};

/** The sources of a system as places of a target. */
export const placesOfSources = (sources: readonly SourceInventory[]): Place[] =>
  sources.map(({ source, status, error, components, problems }) => ({
    path: DATABASES[source] ?? source,
    reader: source,
    status,
    ...(error === undefined ? {} : { error }),
    packages: components.map((component) => ({ component })),
    problems,
  }));

/** A host as a target. */
export const targetOfHost = (inventory: HostInventory): TargetInventory => ({
  name: inventory.facts.hostname,
  kind: "host",
  os: inventory.facts.os,
  places: placesOfSources(inventory.sources),
  problems: [],
});
