import type { Client } from "pg";
import { refreshFixes } from "../../packages/server/src/features/fixes/index.ts";
import { keepTotals, recordDay } from "../../packages/server/src/features/stats/index.ts";
import type { Tx } from "../../packages/server/src/platform/db/index.ts";
import type { Live } from "./live.ts";
import { FEEDS, HOSTS, upgraded, writeRatings } from "./screens-fleet.ts";
import { asCli, fillWork, fixId } from "./screens-work.ts";

/** An id for each page that shows one object, by the first word of its path. */
export type Ids = Readonly<Record<string, string>>;

/** Six hosts with findings and labels, a statement, a registry, views and tokens, and what people did with them. */
export const fillFew = async (live: Live): Promise<Ids> => {
  const must = asCli(live);
  const ids: string[] = [];
  await writeRatings(live.feeds);
  await live.publish(FEEDS);
  for (const { name, labels, has } of HOSTS) {
    const host = await live.host(name);
    const sources = (all: typeof has) => ({
      dpkg: all.filter((one) => one.ecosystem !== "npm"),
      npm: all.filter((one) => one.ecosystem === "npm"),
    });
    await host.report(sources(has));
    await live.server.settled();
    if (name === "build-1.example") await host.report(sources(upgraded(has)));
    await must("POST", "/api/v1/asset-labels", { ids: [host.assetId], add: labels });
    ids.push(host.assetId);
  }
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "https://example.com/vex/1",
    author: "Example Systems",
    timestamp: "2026-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: "CVE-2026-1003" },
        products: [{ "@id": "pkg:deb/debian/systemd@252.38-1" }],
        status: "under_investigation",
      },
    ],
  };
  const vex = await must("POST", "/api/v1/vex", { name: "vendor statement", document });
  const rules = { repositories: ["team/*"] };
  const registry = await must("POST", "/api/v1/registries", { name: "team images", host: "192.0.2.1", rules });
  for (const [name, query] of [
    ["Fix today", "severity>=high fix:yes"],
    ["Production", "label:prod"],
  ]) {
    await must("POST", "/api/v1/views", { noun: "findings", name, query, shared: true });
  }
  await must("POST", "/api/v1/tokens", { kind: "api", label: "CI", permissions: ["findings:read"] });
  await live.server.settled();
  return {
    ...(await fillWork(live)),
    assets: ids[1] ?? "",
    fixes: fixId("Debian:12", "openssl"),
    advisories: "CVE-2026-1001",
    vex: vex.id,
    registries: registry.id,
  };
};

const MANY_FINDINGS = 100_000;
const MANY_ASSETS = 5_000;
/** The most hosts that have a component (count). */
const HOLDERS_MAX = 45;
const SUMS = ["critical", "high", "medium", "low", "unknown"] as const;

/** What hosts hold, and what is counted of it: the numbers of every page come from these, as after judging. */
const countMany = async (client: Client, companyId: number): Promise<void> => {
  const tx = {
    labels: null,
    later: () => undefined,
    query: async (text: string, values: unknown[] = []) => (await client.query(text, values)).rows,
  } as unknown as Tx;
  await tx.query(
    `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
     select $1, a.id, 'dpkg', 'ok', h.held, now() from (
       select 1 + (c * 31 + j * 97) % $3::int as n, array_agg(c order by c) as held
       from generate_series(1, $2::int) c cross join lateral generate_series(0, c % $4::int) j group by 1) h
     join asset a on a.company_id = $1 and a.machine_id = 'seed-' || h.n`,
    [companyId, MANY_FINDINGS, MANY_ASSETS, HOLDERS_MAX],
  );
  await tx.query(
    `update asset a set component_count = s.held, covered = s.held, risk = s.risk, kev_count = s.kev,
       ${SUMS.map((one) => `"${one}" = s."${one}"`).join(", ")}
     from (
       select i.asset_id, count(*)::int as held, max(f.risk) as risk, count(f.kev_added_at)::int as kev,
         ${SUMS.map((one) => `(count(*) filter (where f.severity = '${one}'))::int as "${one}"`).join(", ")}
       from inventory i cross join lateral unnest(i.component_ids) as u(id)
       join finding f on f.company_id = i.company_id and f.component_id = u.id
       where i.company_id = $1 group by 1) s
     where a.company_id = $1 and a.id = s.asset_id`,
    [companyId],
  );
  await refreshFixes(tx, companyId, { components: null, holders: null, holderCounts: null });
  const judged = { covered: MANY_FINDINGS, notCovered: 0, unparsable: 0 };
  await keepTotals(tx, companyId, [{ ecosystem: "Debian:12", componentCount: MANY_FINDINGS, ...judged }]);
  await recordDay(tx, companyId);
};

/** 100,000 findings and 5,000 hosts, put into the tables as judging would leave them. */
export const fillMany = async (live: Live): Promise<Ids> => {
  await live.publish(FEEDS);
  const client = await live.sql("zerotrace");
  try {
    await client.query("begin");
    await client.query("select set_config('app.company_id', $1, true)", [String(live.server.companyId)]);
    const { rows } = await client.query<{ id: string }>(
      `insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, inventory_at)
       select $1, 'host', 'host-' || lpad(n::text, 5, '0') || '.fleet.example', 'seed-' || n, 'Debian GNU/Linux 12 (bookworm)', 'Debian:12',
         '{}', '1', case n % 3 when 0 then '{prod,site:berlin}'::text[] else '{lab}' end, now()
       from generate_series(1, $2) n returning id`,
      [live.server.companyId, MANY_ASSETS],
    );
    const found = await client.query<{ id: string }>(
      `insert into finding (company_id, component_id, advisory_id, advisory, aliases, summary, ecosystem, package, source, version,
         purl, fixed_in, severity, severity_rank, cvss, epss, kev_added_at, risk, urgency, record_id, status, asset_count, first_seen_at)
       select $1, n, n, 'CVE-2026-' || n, '{}', 'A weakness of package ' || n % 4000, 'Debian:12', 'package-' || n % 4000, 'source-' || n % 2500,
         '1.' || n % 90 || '-1', 'pkg:deb/debian/package-' || n % 4000 || '@1.' || n % 90 || '-1', case n % 4 when 0 then null else '2.0-1' end,
         (array['critical', 'high', 'medium', 'low', 'unknown'])[1 + n % 5], case n % 5 when 4 then 1 else 6 - n % 5 end, 9.8 - n % 5 * 1.7, (n * 7919 % 10000) / 10000.0,
         case n % 400 when 0 then date '2026-01-05' end, (5 - n % 5) * 17 + (n * 6151 % 150) / 10.0, '', 'CVE-2026-' || n, 'open', 1 + n % $3::int, now() - make_interval(mins => n % 90000)
       from generate_series(1, $2) n returning id`,
      [live.server.companyId, MANY_FINDINGS, HOLDERS_MAX],
    );
    await countMany(client, live.server.companyId);
    await client.query("commit");
    await client.query("analyze asset");
    await client.query("analyze finding");
    // one whose advisory the feeds know
    return { findings: found.rows[1_000]?.id ?? "", assets: rows[0]?.id ?? "", advisories: "CVE-2026-1001" };
  } finally {
    await client.end();
  }
};
