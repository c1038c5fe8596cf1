import { type AdvisoryRecord, type AffectedRange, canonicalEcosystem, normalizeName, schemeFor } from "@zerotrace/core";

type Scheme = NonNullable<ReturnType<typeof schemeFor>>;
type Order = -1 | 0 | 1 | null;

const orderOf = (scheme: Scheme | undefined, a: string, b: string): Order => scheme?.compare(a, b) ?? null;

const within = (scheme: Scheme | undefined, range: AffectedRange, version: string): boolean => {
  if (range.introduced !== "0") {
    const low = orderOf(scheme, range.introduced, version);
    if (low === null || low > 0) return false;
  }
  const end = range.limit ?? range.fixed;
  if (end !== null && end !== undefined) return orderOf(scheme, version, end) === -1;
  if (range.lastAffected === null) return true;
  const high = orderOf(scheme, version, range.lastAffected);
  return high !== null && high <= 0;
};

/**
 * The plain way: a Map from ecosystem and name to records, and a direct comparison of version strings for each range and
 * each listed version. Answers the ids of the records that affect the version.
 */
export const createReference = (records: readonly AdvisoryRecord[]) => {
  const byName = new Map<string, { record: AdvisoryRecord; affected: AdvisoryRecord["affected"][number] }[]>();
  for (const record of records) {
    if (record.withdrawnAt !== null) continue;
    for (const affected of record.affected) {
      const ecosystem = canonicalEcosystem(affected.ecosystem);
      const key = `${ecosystem}\0${normalizeName(ecosystem, affected.name)}`;
      const known = byName.get(key);
      if (known) known.push({ record, affected });
      else byName.set(key, [{ record, affected }]);
    }
  }
  return (ecosystems: readonly string[], name: string, version: string): string[] => {
    const scheme = schemeFor(ecosystems[0] ?? "");
    const ids: string[] = [];
    for (const ecosystem of ecosystems) {
      for (const { record, affected } of byName.get(`${ecosystem}\0${normalizeName(ecosystem, name)}`) ?? []) {
        const listed = affected.versions.some((v) => v === version || orderOf(scheme, v, version) === 0);
        if (listed || affected.ranges.some((range) => within(scheme, range, version))) ids.push(record.id);
      }
    }
    return ids;
  };
};
