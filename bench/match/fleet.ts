import type { AdvisoryRecord } from "@zerotrace/core";
import { createRandom } from "../random.ts";
import type { Judged, RealLists } from "./lists.ts";

/** Assets of a hundred by kind; the rest are repositories with one lock file each. */
const MIX = { debian: 30, ubuntu: 25, alma: 15, image: 15 } as const;
/** Machines of one system are at one of so many patch levels, as they come from so many images. */
const PATCH_LEVELS = 20;
/** Share of a machine's packages that are as its list says; the rest are at some version that an advisory names. */
const CURRENT_SHARE = 0.6;
/** Packages of an AlmaLinux server, of which there is no real list. */
const ALMA_PACKAGES = 450;

type Bounds = ReadonlyMap<string, readonly string[]>;

/** The fixed versions that records name, by ecosystem and package. */
const boundsOf = (records: readonly AdvisoryRecord[]): Bounds => {
  const bounds = new Map<string, Set<string>>();
  for (const affected of records.flatMap((record) => record.affected)) {
    const key = `${affected.ecosystem}\t${affected.name}`;
    const known = bounds.get(key) ?? new Set();
    for (const { fixed } of affected.ranges) if (fixed !== null) known.add(fixed);
    bounds.set(key, known);
  }
  return new Map([...bounds].map(([key, versions]) => [key, [...versions].sort()]));
};

/** One machine of a list at a patch level: all binaries of a source are at one version. */
const machineOf = (list: readonly Judged[], level: number, bounds: Bounds): Judged[] => {
  const random = createRandom(level + 1);
  const chosen = new Map<string, string>();
  return list.map(({ ecosystem, name, version }) => {
    const key = `${ecosystem}\t${name}`;
    let own = chosen.get(key);
    if (own === undefined) {
      const known = bounds.get(key) ?? [];
      const current = known.length === 0 || random() < CURRENT_SHARE;
      own = current ? version : (known[Math.floor(random() * known.length)] as string);
      chosen.set(key, own);
    }
    return { ecosystem, name, version: own };
  });
};

const almaList = (bounds: Bounds): Judged[] => {
  const random = createRandom(9);
  const named = [...bounds].filter(([key, versions]) => key.startsWith("AlmaLinux:9\t") && versions.length > 0);
  const list = named.map(([key, versions]) => ({
    ecosystem: "AlmaLinux:9",
    name: key.slice(12),
    version: versions.at(-1) as string,
  }));
  return list.filter(({ name }) => name.startsWith("kernel") || random() < ALMA_PACKAGES / named.length);
};

/**
 * The inventories of a fleet, asset by asset, until so many components: machines with Debian 12, Ubuntu 22.04 and
 * AlmaLinux 9, container images and repositories, from real lists where there are any. The same for the same input.
 */
export function* fleet(records: readonly AdvisoryRecord[], lists: RealLists, count: number): Generator<Judged> {
  const random = createRandom(7);
  const bounds = boundsOf(records);
  const machines = (list: readonly Judged[]): Judged[][] =>
    Array.from({ length: PATCH_LEVELS }, (_, level) => machineOf(list, level, bounds));
  const kinds = [machines(lists.debian), machines(lists.ubuntu), machines(almaList(bounds)), lists.images, lists.locks];
  const weights = [MIX.debian, MIX.ubuntu, MIX.alma, MIX.image, 100 - MIX.debian - MIX.ubuntu - MIX.alma - MIX.image];
  for (let made = 0; made < count;) {
    let at = random() * 100;
    const kind = kinds[weights.findIndex((weight) => (at -= weight) < 0)] as readonly (readonly Judged[])[];
    for (const component of kind[Math.floor(random() * kind.length)] ?? []) {
      if (made++ >= count) return;
      yield component;
    }
  }
}
