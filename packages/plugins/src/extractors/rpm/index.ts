import { type Component, isRpmJudgedBySource, messageOf } from "@zerotrace/core";
import { gather, MAX_COMPONENTS, osEcosystem, withSource } from "../gather.ts";
import type { Extractor, OsRelease } from "../extractor.ts";
import { openRpmDatabase } from "./database.ts";
import { extraTopics } from "./extras.ts";
import { readRpmHeader } from "./header.ts";
import type { RpmHeader } from "./header.ts";

/** Those whose advisories name the module too: streams of a module have packages of the same names with their own versions. */
const TELLS_MODULES: ReadonlySet<string> = new Set(["AlmaLinux", "Oracle Linux", "Red Hat", "Rocky Linux"]);

/** Packages of Red Hat's and SUSE's families. */
export const rpm: Extractor = {
  descriptor: {
    id: "rpm",
    title: "RPM packages",
    summary: "Installed packages from rpm's SQLite, ndb and Berkeley databases",
    source: "rpm(8), rpm-v4 header format",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const into = gather("the rpm database");
    const blobs = await openRpmDatabase(fs, into.problem);
    if (blobs === null) return null;
    const found: { component: Component; sourceRpm: string | null }[] = [];
    for await (const blob of blobs) {
      signal.throwIfAborted();
      try {
        const header = readRpmHeader(blob);
        // Keys are kept as packages of that name; they are no software.
        if (header.name === "gpg-pubkey") continue;
        found.push({ component: rpmComponent(header, os), sourceRpm: header.sourceRpm });
        if (found.length > MAX_COMPONENTS) break;
      } catch (error) {
        into.problem(messageOf(error));
      }
    }
    const epochs = sourceEpochs(found);
    const topics = os.ecosystem === "Amazon Linux:2" ? await extraTopics(fs, signal) : NO_TOPICS;
    for (const { component, sourceRpm } of found)
      into.add(withTopic(withSourceEpoch(component, epochs.get(sourceRpm ?? "")), topics));
    return into.finish();
  },
};

/** A package as its header says it, on this system. */
export const rpmComponent = (header: RpmHeader, os: OsRelease): Component => {
  const ecosystem = osEcosystem(os, "rpm");
  const { name, epoch, version, release, arch, sourceRpm } = header;
  const prefix = epoch === null || epoch === 0 ? "" : `${epoch}:`;
  const component: Component = {
    ecosystem,
    name: name ?? "",
    // An empty version is refused by the gathering, which names the package.
    version: version === null || release === null ? "" : `${prefix}${version}-${release}`,
    ...(arch === null ? {} : { arch }),
  };
  const source = /^(.+)-([^-]+-[^-]+)\.(?:no)?src\.rpm$/.exec(sourceRpm ?? "");
  const base = ecosystem.split(":")[0] ?? "";
  const stream = TELLS_MODULES.has(base) ? streamOf(header.module) : "";
  if (source?.[1] === undefined || !isRpmJudgedBySource(base)) {
    return stream === "" ? component : withSource(component, `${stream}${component.name}`, component.version);
  }
  return withSource(component, `${stream}${source[1]}`, `${prefix}${source[2]}`);
};

/** `nodejs:18/` of a module's label, as Red Hat writes it before the names of a module's packages; empty when there is none. */
const streamOf = (label: string | null): string => {
  const found = /^([^:/\s]+:[^:/\s]+)(?::|$)/.exec(label ?? "");
  return found ? `${found[1]}/` : "";
};

const NO_TOPICS: ReadonlyMap<string, string> = new Map();

/** A package of an extra is judged by the updates of its topic. */
const withTopic = (component: Component, topics: ReadonlyMap<string, string>): Component => {
  const { name, version, arch = "" } = component;
  const topic = topics.get(`${name}-${version.slice(epochOf(version).length)}-${arch}`);
  return topic === undefined ? component : withSource(component, `extra:${topic}/${name}`, version);
};

const epochOf = (version: string): string => /^\d+:/.exec(version)?.[0] ?? "";

/**
 * The epoch of each source package, `1:` or empty. SOURCERPM does not tell it, and packages built from one source may differ in it
 * (perl): the package that has the source's name or version does.
 */
const sourceEpochs = (
  found: readonly { readonly component: Component; readonly sourceRpm: string | null }[],
): Map<string, string> => {
  const best = new Map<string, { rank: number; epoch: string }>();
  for (const { component, sourceRpm } of found) {
    if (sourceRpm === null) continue;
    const bare = component.version.slice(epochOf(component.version).length);
    const isVersion = sourceRpm.endsWith(`-${bare}.src.rpm`);
    const rank = isVersion && sourceRpm === `${component.name}-${bare}.src.rpm` ? 2 : isVersion ? 1 : 0;
    if (rank > (best.get(sourceRpm)?.rank ?? -1)) best.set(sourceRpm, { rank, epoch: epochOf(component.version) });
  }
  return new Map([...best].map(([sourceRpm, { epoch }]) => [sourceRpm, epoch]));
};

const withSourceEpoch = (component: Component, epoch: string | undefined): Component => {
  const { source } = component;
  // Without a source the package itself is judged, as its source: then the epochs are the same.
  if (source === undefined || epoch === undefined) return component;
  return { ...component, source: { ...source, version: epoch + source.version.slice(epochOf(source.version).length) } };
};
