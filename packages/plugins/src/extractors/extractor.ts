import type { Component } from "@zerotrace/core";
import type { Descriptor, HostFs } from "../plugin.ts";

/** Reads one package database of a host. */
export interface Extractor {
  readonly descriptor: Descriptor;
  /** Null when the database does not exist on this host; an empty list only when it exists and holds nothing. */
  extract(context: ExtractContext): Promise<Extraction | null>;
}

export interface ExtractContext {
  readonly fs: HostFs;
  readonly os: OsRelease;
  readonly signal: AbortSignal;
}

export interface Extraction {
  /** Sorted by ecosystem, name, version. */
  readonly components: readonly Component[];
  /** Entries that could not be read, at most 20, in words; the rest was read. */
  readonly problems: readonly string[];
}

/** The fields of os-release(5) that decide the ecosystem. */
export interface OsRelease {
  readonly id: string;
  readonly versionId: string;
  readonly codename: string;
  readonly prettyName: string;
  /** OSV's ecosystem for this system's packages (`Debian:12`, `Ubuntu:22.04:LTS`, `Alpine:v3.20`, `AlmaLinux:9` …); empty when OSV has none. */
  readonly ecosystem: string;
}

/** What one inventory source of a host gave. `unreadable` is said, never shown as empty. */
export interface SourceInventory {
  /** The extractor's id. */
  readonly source: string;
  readonly status: "ok" | "unreadable";
  /** Why, when unreadable. */
  readonly error?: string;
  readonly components: readonly Component[];
  readonly problems: readonly string[];
}

export interface HostFacts {
  readonly hostname: string;
  /** A stable id of the machine, hashed; never the machine-id itself (machine-id(5)). */
  readonly machineId: string;
  readonly os: OsRelease;
  readonly kernel: string;
  readonly arch: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly bootAt: string | null;
  readonly timezone: string;
}

export interface HostInventory {
  readonly facts: HostFacts;
  /** Sorted by source. */
  readonly sources: readonly SourceInventory[];
}
