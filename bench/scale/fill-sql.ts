/** A number from 0 to 1 that is the same for the same text. */
const chance = (text: string): string => `((hashtextextended(${text}, 7) & 1048575) / 1048576.0)`;
const OF_FINDING = "m.component_id || ' ' || m.advisory_id";

/** What `refreshFindings` would write: and what was true of components that nobody has any more. Ages are a year's, few are of this day. */
export const FINDINGS: readonly string[] = [
  `create temp table present as select u.id as component_id, count(distinct i.asset_id)::int as assets
   from inventory i, unnest(i.component_ids) as u(id) where i.company_id = COMPANY group by 1`,
  "analyze present",
  `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version, purl,
     fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status, asset_count, published_at,
     first_seen_at, fixed_at, reopened_at)
   select COMPANY, m.component_id, m.advisory_id, a.name, a.aliases, a.summary, c.ecosystem, c.name, nullif(c.source_name, ''),
     c.version, c.purl, m.fixed_in, a.severity,
     array_position(array['unknown', 'none', 'low', 'medium', 'high', 'critical'], a.severity)::smallint, a.cvss, a.epss,
     a.kev_added_at, m.risk, m.urgency, m.record_id, case when p.assets is null then 'fixed' else 'open' end,
     coalesce(p.assets, 0), a.published_at,
     now() - make_interval(secs => 400 * 86400 * ${chance(OF_FINDING)} ^ 1.2),
     case when p.assets is null then now() - make_interval(secs => 399 * 86400 * ${chance(OF_FINDING)} ^ 2) end,
     case when p.assets > 0 and m.advisory_id % 997 = 0 then now() - make_interval(secs => 300 * 86400 * ${chance(OF_FINDING)} ^ 2) end
   from component_match m join component c on c.id = m.component_id join advisory a on a.id = m.advisory_id
   left join present p on p.component_id = m.component_id
   where p.assets > 0 or m.component_id % 5 = 0`,
  "drop table present",
];

/** Figures of days gone by. */
export const HISTORY: readonly string[] = [
  `insert into asset_day (company_id, asset_id, day, risk, component_count, critical, high, medium, low, "none", unknown, kev_count,
     not_covered)
   select COMPANY, a.id, current_date - d, 60, a.component_count, 12, 90, 150, 30, 0, 20, 2, 9
   from asset a, generate_series(1, 30) d where a.company_id = COMPANY`,
  `insert into daily_stat (company_id, day, risk, critical, high, medium, low, "none", unknown)
   select COMPANY, current_date - d, 95, 200000 + d * 300, 900000 + d * 900, 1500000, 300000, 0, 250000
   from generate_series(1, 90) d`,
];

/** Changes of inventories, one in a hundred hosts a day, and the credentials of agents. */
export const ACTIVITY: readonly string[] = [
  `insert into inventory_delta (company_id, asset_id, source, at, added, removed)
   select COMPANY, i.asset_id, i.source, now() - make_interval(secs => d * 86400 + ${chance("i.asset_id::text || d")} * 80000),
     i.component_ids[1:3], i.component_ids[4:6]
   from inventory i, generate_series(0, 29) d
   where i.company_id = COMPANY and i.source = 'dpkg' and ${chance("i.asset_id::text || ' ' || d")} < 0.3`,
  `insert into credential (company_id, kind, hash, subject, label, asset_id, permissions)
   select COMPANY, 'device', sha256(convert_to(a.id::text, 'UTF8')), 'agent:' || a.name, a.name, a.id, '{agents:report}'
   from asset a where a.company_id = COMPANY`,
];
