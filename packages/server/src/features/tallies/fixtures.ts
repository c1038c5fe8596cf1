import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";

const SEVERITIES = ["unknown", "none", "low", "medium", "high", "critical"];
const ECOSYSTEMS = ["Debian:12", "Ubuntu:24.04:LTS", "npm"];
const COMPONENTS = 80;
const ADVISORIES = 40;
const ASSETS = 60;
const FINDINGS = 900;
type Random = (below: number) => number;

/** Whole numbers below `below`: the same each time. */
const randomFrom = (seed: number): Random => {
  let now = seed;
  return (below) => {
    now = (now * 48_271) % 2_147_483_647;
    return now % below;
  };
};

/** Binaries of a few source packages in some versions, and what is known of a few advisories. */
const dictionaryOf = (first: number, random: Random) => ({
  components: Array.from({ length: COMPONENTS }, (_, i) => ({
    id: first + i,
    ecosystem: ECOSYSTEMS[i % 7 < 4 ? 0 : i % 3] ?? "",
    name: `bin${i % 25}`,
    source: i % 5 > 0 ? `src${i % 6}` : null,
    version: `1.${i % 5 > 0 ? random(3) : i}`,
  })),
  advisories: Array.from({ length: ADVISORIES }, (_, i) => {
    const rank = 1 + random(6);
    return {
      advisory_id: first + i,
      advisory: `CVE-${first}-${i}`,
      severity_rank: rank,
      severity: SEVERITIES[rank - 1],
      kev_added_at: random(5) > 0 ? null : `2026-01-${10 + random(20)}`,
      risk: Math.round(random(1_000)) / 10,
      epss: random(3) > 0 ? random(100) / 100 : null,
      published_at: random(4) > 0 ? `2025-0${1 + random(9)}-01T00:00:00Z` : null,
    };
  }),
});
type Dictionary = ReturnType<typeof dictionaryOf>;

/** Some labels many assets have, some few, some hardly any. */
const assetsOf = (first: number, random: Random) =>
  Array.from({ length: ASSETS }, (_, n) => {
    const held = new Set(Array.from({ length: random(9) }, () => first + random(COMPONENTS - 5)));
    return {
      name: `h${first}-${n}`,
      labels: [...(n % 2 === 1 ? ["prod"] : []), ...(n % 5 === 1 ? ["dmz"] : []), ...(n % 29 === 1 ? ["lab"] : [])],
      held: [...held].toSorted((a, b) => a - b),
    };
  });

const findingsOf = ({ components, advisories }: Dictionary, holders: Map<number, number>, random: Random) =>
  Array.from({ length: FINDINGS }, () => {
    const { id, name, ...of } = components[random(COMPONENTS)]!;
    const about = advisories[random(ADVISORIES)]!;
    const assets = holders.get(id) ?? 0;
    const isOpen = random(8) > 0 && assets > 0;
    return {
      ...of,
      ...about,
      component_id: id,
      package: name,
      fixed_in: about.advisory_id % 3 > 0 ? `2.${random(12)}` : null,
      status: isOpen ? "open" : "fixed",
      asset_count: isOpen ? assets : 0,
      first_seen_at: new Date(Date.now() - random(90_000) * 60_000).toISOString(),
      reopened_at: random(9) > 0 ? null : new Date().toISOString(),
    };
  });

/**
 * Gives a company assets and findings by chance, the same for the same seed: what an advisory says it says of each of its findings. Some are
 * fixed, some came back, and something closes some.
 */
export const writeRandomFindings = async (api: TestApi, company: TestCompany, seed: number): Promise<void> => {
  const random = randomFrom(seed);
  const first = seed * 10_000;
  const dictionary = dictionaryOf(first, random);
  const assets = assetsOf(first, random);
  const holders = new Map<number, number>();
  for (const id of assets.flatMap(({ held }) => held)) holders.set(id, (holders.get(id) ?? 0) + 1);
  const write = (text: string, rows: unknown) => api.owner.query(text, [company.id, JSON.stringify(rows)]);
  await write(
    `with p as (insert into package (id, ecosystem, name) overriding system value
       select $1::int + 1000, 'x', 'random ' || $1::int::text returning id)
     insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl)
     overriding system value
     select x.id, x.ecosystem, x.name, x.version, x.id::text, coalesce(x.source, ''), '', p.id, '1', ''
     from p, jsonb_to_recordset($2::jsonb) as x(id int, ecosystem text, name text, version text, source text)`,
    dictionary.components,
  );
  await write(
    `insert into advisory (id, name, aliases, summary, severity, attributes_hash) overriding system value
     select x.advisory_id, x.advisory, '{}', '', x.severity, $1::int::text
     from jsonb_to_recordset($2::jsonb) as x(advisory_id int, advisory text, severity text)`,
    dictionary.advisories,
  );
  await write(
    `with x as (select * from jsonb_to_recordset($2::jsonb) as x(name text, labels text[], held int[])),
     a as (
       insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, component_count)
       select $1, 'host', x.name, x.name, 'x', 'Debian:12', '{}', '', x.labels, cardinality(x.held) from x returning id, name)
     insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, a.id, 's', 'ok', x.held, now() from a join x on x.name = a.name`,
    assets,
  );
  await write(
    `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl,
       fixed_in, severity, severity_rank, kev_added_at, risk, epss, urgency, record_id, status, asset_count, published_at, first_seen_at,
       reopened_at, fixed_at)
     select $1, x.component_id, x.advisory_id, x.advisory, '{}', x.advisory, x.ecosystem, x.package, x.source, x.version, '',
       x.fixed_in, x.severity, x.severity_rank, x.kev_added_at, x.risk, x.epss, '', 'r', x.status, x.asset_count, x.published_at,
       x.first_seen_at, x.reopened_at, case when x.status = 'fixed' then now() end
     from jsonb_to_recordset($2::jsonb) as x(component_id int, advisory_id int, advisory text, ecosystem text, package text,
       source text, version text, fixed_in text, severity text, severity_rank smallint, kev_added_at date, risk real, epss real,
       status text, asset_count int, published_at timestamptz, first_seen_at timestamptz, reopened_at timestamptz)
     on conflict do nothing`,
    findingsOf(dictionary, holders, random),
  );
  // what closes a finding: written without the decision that it comes of
  await api.owner.query(`set session_replication_role = replica;
    insert into vex_effect (company_id, component_id, advisory_id, decision_id, status, closes)
    select company_id, component_id, advisory_id, gen_random_uuid(), 'accepted', true from finding
    where company_id = ${company.id} and status = 'open' and (component_id + advisory_id) % 11 = 0;
    reset session_replication_role`);
};
