import type { VersionScheme } from "@zerotrace/core";
import { isOnDisk } from "../../dpkg-state.ts";

const MAX_STANZA_CHARS = 1024 * 1024;
const MAX_PACKAGES = 2_000_000;

/** The fields of one stanza that matter here. */
export interface BinaryPackage {
  readonly name: string;
  readonly version: string;
  readonly source: string;
  readonly sourceVersion: string;
  /** `all` for one package for every machine. */
  readonly architecture: string;
  /** Of the `.deb`; 0 in a status file. */
  readonly sizeBytes: number;
}

/** A source package as it is installed: the lowest version where binaries of several are. */
export interface InstalledSource {
  readonly name: string;
  readonly version: string;
  readonly binaries: readonly string[];
}

/** A source package with a newer version, and its binaries, smallest first. */
export interface Update {
  readonly source: string;
  readonly version: string;
  readonly binaries: readonly BinaryPackage[];
}

/** Stanzas of a control file (status or Packages) as they stream in; those without name or version are passed over. */
export async function* stanzasOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  let count = 0;
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = parts.pop() ?? "";
    if (rest.length > MAX_STANZA_CHARS) throw new Error(`a stanza is longer than ${MAX_STANZA_CHARS} characters`);
    for (const part of parts) {
      if (++count > MAX_PACKAGES) throw new Error(`more than ${MAX_PACKAGES} packages`);
      yield part;
    }
  }
  if (rest.trim() !== "") yield rest;
}

const fieldOf = (stanza: string, name: string): string => {
  const at = stanza.startsWith(`${name}: `) ? 0 : stanza.indexOf(`\n${name}: `) + 1;
  if (at === 0 && !stanza.startsWith(`${name}: `)) return "";
  const start = at + name.length + 2;
  const end = stanza.indexOf("\n", start);
  return stanza.slice(start, end === -1 ? undefined : end).trim();
};

/** Null when name or version is missing. `Source: name (version)` names the source; without it, it is the package itself. */
export function parseBinary(stanza: string): BinaryPackage | null {
  const name = fieldOf(stanza, "Package");
  const version = fieldOf(stanza, "Version");
  if (name === "" || version === "") return null;
  const match = /^(\S+)(?:\s+\(([^)]+)\))?$/.exec(fieldOf(stanza, "Source"));
  return {
    name,
    version,
    source: match?.[1] ?? name,
    sourceVersion: match?.[2] ?? version,
    architecture: fieldOf(stanza, "Architecture"),
    sizeBytes: Number(fieldOf(stanza, "Size")) || 0,
  };
}

/** The installed source packages of a dpkg status file, by name. */
export async function installedSources(
  chunks: AsyncIterable<Buffer>,
  scheme: VersionScheme,
): Promise<Map<string, InstalledSource>> {
  const sources = new Map<string, { name: string; version: string; binaries: string[] }>();
  for await (const stanza of stanzasOf(chunks)) {
    if (!isOnDisk(fieldOf(stanza, "Status"))) continue;
    const binary = parseBinary(stanza);
    if (binary === null) continue;
    const known = sources.get(binary.source);
    if (known === undefined) {
      sources.set(binary.source, { name: binary.source, version: binary.sourceVersion, binaries: [binary.name] });
    } else {
      known.binaries.push(binary.name);
      if (scheme.compare(binary.sourceVersion, known.version) === -1) known.version = binary.sourceVersion;
    }
  }
  return sources;
}

/** Keeps, while Packages lists stream by, the newest version of each installed source that is above the installed one. */
export class UpdateFinder {
  readonly #installed: ReadonlyMap<string, InstalledSource>;
  readonly #scheme: VersionScheme;
  readonly #best = new Map<string, { version: string; binaries: Map<string, BinaryPackage> }>();

  constructor(installed: ReadonlyMap<string, InstalledSource>, scheme: VersionScheme) {
    this.#installed = installed;
    this.#scheme = scheme;
  }

  /** Looks at one stanza of a Packages list. */
  see(stanza: string): void {
    const binary = parseBinary(stanza);
    const installed = binary === null ? undefined : this.#installed.get(binary.source);
    if (binary === null || installed === undefined) return;
    const best = this.#best.get(binary.source);
    const order = this.#scheme.compare(binary.sourceVersion, best?.version ?? installed.version);
    if (order === 1) {
      this.#best.set(binary.source, { version: binary.sourceVersion, binaries: new Map([[binary.name, binary]]) });
    } else if (order === 0 && best !== undefined) {
      best.binaries.set(binary.name, binary);
    }
  }

  /** Sorted by source; binaries smallest first, then by name. */
  updates(): Update[] {
    const updates = [...this.#best].map(([source, { version, binaries }]) => ({
      source,
      version,
      binaries: [...binaries.values()].sort((a, b) => a.sizeBytes - b.sizeBytes || (a.name < b.name ? -1 : 1)),
    }));
    return updates.sort((a, b) => (a.source < b.source ? -1 : 1));
  }
}
