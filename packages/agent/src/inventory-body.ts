import type { Component } from "@zerotrace/core";
import { digestOf, type HostFacts, type HostInventory, type SourceInventory } from "@zerotrace/plugins";
import type { Columns, SourceBody } from "@zerotrace/sdk";
import { fromColumns, keyOf, toColumns } from "./columns.ts";

/** The server's bounds on texts, in characters: a longer one would have the whole inventory refused. */
const ARCH_MAX = 64;
const ERROR_MAX = 500;

/** What the server holds of one source, as it acknowledged it. */
export interface AcknowledgedSource {
  readonly digest: string;
  readonly problems: readonly string[];
  readonly components: Columns;
}
export type Acknowledged = Readonly<Record<string, AcknowledgedSource>>;

export interface InventoryBody {
  readonly takenAt: string;
  readonly facts: HostFacts;
  readonly sources: readonly SourceBody[];
}

/** One inventory, ready to be sent in any form. */
export interface Snapshot {
  readonly takenAt: string;
  readonly facts: HostFacts;
  readonly sources: readonly SnapshotSource[];
}
type SnapshotSource =
  | { readonly source: string; readonly error: string }
  | {
      readonly source: string;
      readonly digest: string;
      readonly components: readonly Component[];
      readonly problems: readonly string[];
    };

const bounded = (c: Component): Component =>
  c.arch !== undefined && c.arch.length > ARCH_MAX ? { ...c, arch: c.arch.slice(0, ARCH_MAX) } : c;

const boundedFacts = (facts: HostFacts): HostFacts => ({
  ...facts,
  hostname: facts.hostname.slice(0, 255) || "unnamed",
  os: {
    id: facts.os.id.slice(0, 64),
    versionId: facts.os.versionId.slice(0, 64),
    codename: facts.os.codename.slice(0, 64),
    prettyName: facts.os.prettyName.slice(0, 200),
    ecosystem: facts.os.ecosystem.slice(0, 100),
  },
  kernel: facts.kernel.slice(0, 200),
  arch: facts.arch.slice(0, 32),
  timezone: facts.timezone.slice(0, 64),
});

const sourceOf = (inventory: SourceInventory): SnapshotSource => {
  const { source } = inventory;
  if (inventory.status === "unreadable") {
    return { source, error: (inventory.error ?? "It cannot be read.").slice(0, ERROR_MAX) };
  }
  const components = inventory.components.map(bounded);
  return { source, digest: digestOf(components), components, problems: inventory.problems };
};

/** Takes a host's inventory, within the server's bounds, with the digest of each source. */
export const snapshotOf = (inventory: HostInventory, takenAt: Date): Snapshot => ({
  takenAt: takenAt.toISOString(),
  facts: boundedFacts(inventory.facts),
  sources: inventory.sources.map(sourceOf),
});

const deltaOf = (base: Columns, components: readonly Component[]): { added: Columns; removed: Columns } => {
  const before = new Map(fromColumns(base).map((c) => [keyOf(c), c]));
  const added = components.filter((c) => !before.delete(keyOf(c)));
  return { added: toColumns(added), removed: toColumns([...before.values()]) };
};

const sameTexts = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * The body for a server that holds these digests: `same` where nothing changed, `delta` where the base is known and the
 * change is smaller than the whole, else `full`; `unreadable` always as such. `held` null: everything in full.
 */
export const bodyOf = (
  snapshot: Snapshot,
  held: Readonly<Record<string, string | null>> | null,
  acknowledged: Acknowledged,
): InventoryBody => {
  const sources = snapshot.sources.map((s): SourceBody => {
    const { source } = s;
    if ("error" in s) return { kind: "unreadable", source, error: s.error };
    const { digest, problems, components } = s;
    const base = Object.hasOwn(acknowledged, source) ? acknowledged[source] : undefined;
    const serverHas = held !== null && Object.hasOwn(held, source) ? held[source] : null;
    if (serverHas === digest && base?.digest === digest && sameTexts(base.problems, problems)) {
      return { kind: "same", source, digest };
    }
    if (base !== undefined && serverHas === base.digest) {
      const delta = deltaOf(base.components, components);
      if (delta.added.name.length + delta.removed.name.length <= components.length) {
        return { kind: "delta", source, digest, baseDigest: base.digest, ...delta, problems: [...problems] };
      }
    }
    return { kind: "full", source, digest, components: toColumns(components), problems: [...problems] };
  });
  return { takenAt: snapshot.takenAt, facts: snapshot.facts, sources };
};

/** What the server holds after it took this snapshot. Unreadable sources keep what was acknowledged before. */
export const acknowledgedBy = (snapshot: Snapshot, before: Acknowledged): Acknowledged =>
  Object.fromEntries(
    snapshot.sources.flatMap((s): [string, AcknowledgedSource][] => {
      if ("digest" in s) {
        return [[s.source, { digest: s.digest, problems: s.problems, components: toColumns(s.components) }]];
      }
      const kept = Object.hasOwn(before, s.source) ? before[s.source] : undefined;
      return kept === undefined ? [] : [[s.source, kept]];
    }),
  );

/** The snapshot that a full body was made of. */
export const snapshotOfFull = (body: InventoryBody): Snapshot => ({
  takenAt: body.takenAt,
  facts: body.facts,
  sources: body.sources.flatMap((s): SnapshotSource[] => {
    if (s.kind === "unreadable") return [{ source: s.source, error: s.error }];
    if (s.kind !== "full") return [];
    return [{ source: s.source, digest: s.digest, components: fromColumns(s.components), problems: s.problems }];
  }),
});
