import type { AdvisoryRecord, AffectedPackage } from "@zerotrace/core";
import { createRandom } from "../random.ts";

export interface Sampled {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

const COMMON = ["1.0.0", "2.3.1", "0.9.8", "4.17.20", "1.2.3-1+deb12u1"];

/**
 * Components that put the index to work: half are of packages that advisories name, each package as likely as any other
 * (an inventory holds a package once, however many advisories speak of it), at versions from the records' own bounds and
 * lists or at common ones; half are of packages that nobody speaks of. The same for the same records.
 */
export const sampleComponents = (records: readonly AdvisoryRecord[], count: number): Sampled[] => {
  const random = createRandom(42);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const byPackage = new Map<string, AffectedPackage[]>();
  for (const affected of records.flatMap((record) => record.affected)) {
    const key = `${affected.ecosystem}\0${affected.name}`;
    const known = byPackage.get(key);
    if (known) known.push(affected);
    else byPackage.set(key, [affected]);
  }
  const packages = [...byPackage.values()];
  const components: Sampled[] = [];
  while (components.length < count) {
    const affected = pick(pick(packages) ?? []);
    if (affected === undefined) break;
    const range = pick(affected.ranges);
    const bounds = [range?.introduced, range?.fixed, range?.lastAffected, pick(affected.versions), pick(COMMON)];
    const version = pick(bounds.filter((v) => v !== null && v !== undefined && v !== "0")) ?? "1.0.0";
    const name = random() < 0.5 ? affected.name : `${affected.name}-${components.length}`;
    components.push({ ecosystem: affected.ecosystem, name, version });
  }
  return components;
};

/**
 * Components by weight: each advisory is as likely as any other, so that packages with thousands of ranges (linux, chromium) come as
 * often as they are spoken of, at versions from the records' own bounds and lists. The same for the same records.
 */
export const sampleByWeight = (records: readonly AdvisoryRecord[], count: number): Sampled[] => {
  const random = createRandom(43);
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  const components: Sampled[] = [];
  const named = records.filter((record) => record.affected.length > 0);
  while (components.length < count && named.length > 0) {
    const affected = pick(pick(named)?.affected ?? []) as AffectedPackage;
    const range = pick(affected.ranges);
    const bounds = [range?.introduced, range?.fixed, range?.lastAffected, pick(affected.versions)];
    const version = pick(bounds.filter((v) => v !== null && v !== undefined && v !== "0")) ?? "1.0.0";
    components.push({ ecosystem: affected.ecosystem, name: affected.name, version });
  }
  return components;
};
