import type { Component } from "@zerotrace/core";
import { messageOf } from "@zerotrace/core";
import { gather, osEcosystem, withSource } from "../gather.ts";
import type { Extractor, OsRelease } from "../extractor.ts";
import { openRpmDatabase } from "./database.ts";
import { readRpmHeader } from "./header.ts";
import type { RpmHeader } from "./header.ts";

/** Distributions whose advisories name source packages; AlmaLinux, Rocky Linux, Red Hat and SUSE name binary ones. */
const JUDGED_BY_SOURCE: ReadonlySet<string> = new Set(["Mageia", "openEuler"]);

/** Packages of Red Hat's and SUSE's families. */
export const rpm: Extractor = {
  descriptor: {
    id: "rpm",
    title: "RPM packages",
    summary: "Installed packages from rpm's SQLite and ndb databases",
    source: "rpm(8), rpm-v4 header format",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const into = gather("the rpm database");
    const blobs = await openRpmDatabase(fs, into.problem);
    if (blobs === null) return null;
    for await (const blob of blobs) {
      signal.throwIfAborted();
      try {
        const header = readRpmHeader(blob);
        // Keys are kept as packages of that name; they are no software.
        if (header.name !== "gpg-pubkey") into.add(rpmComponent(header, os));
      } catch (error) {
        into.problem(messageOf(error));
      }
    }
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
  if (source?.[1] === undefined || !JUDGED_BY_SOURCE.has(ecosystem.split(":")[0] ?? "")) return component;
  return withSource(component, source[1], `${prefix}${source[2]}`);
};
