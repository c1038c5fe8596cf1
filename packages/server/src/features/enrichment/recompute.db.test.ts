import { afterAll, beforeAll, expect, test } from "vitest";
import { testDatabase, type TestDatabase } from "../../../../../test/support/database.ts";
import { createRandom } from "../../../../../bench/random.ts";
import type { Tx } from "../../platform/db/index.ts";
import { markAllDirty, type OpenSums, refreshDirtyAssets } from "../assets/index.ts";
import { type ChangedMatch, componentSums } from "../components/index.ts";
import { refreshFindings } from "../findings/index.ts";
import { refreshFixes } from "../fixes/index.ts";
import { findingTotals, keepTotals, keptTotals, recordDay } from "../stats/index.ts";
import type { Fleet } from "./fleet.ts";
import { refreshRulings } from "../decisions/index.ts";
import { createJudgedLog } from "./judged.ts";
import { FORMULA, type Known, recompute } from "./recompute.ts";
import { type Computed, markComputed } from "./sql.ts";

const COMPONENTS = 60;
const ADVISORIES = 12;
const ASSETS = 8;
const SOURCES = ["dpkg", "npm"];
const SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"];
const ROUNDS = 40;

let database: TestDatabase;
let company: number;
const random = createRandom(7);
const below = (n: number): number => Math.floor(random() * n);
const some = (share: number): number[] =>
  Array.from({ length: COMPONENTS }, (_, i) => i + 1).filter(() => random() < share);

beforeAll(async () => {
  database = await testDatabase();
  const [row] = (await database.owner.query("insert into company (name) values ('fleet') returning id")).rows;
  company = row.id;
  await database.owner.query("insert into package (ecosystem, name) values ('npm', 'p')");
  await database.owner.query(
    `insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl, verdict)
     select 'npm', 'p', i::text, '', '', '', p.id, i::text, '', 'not_affected' from generate_series(1, $1) i, package p`,
    [COMPONENTS],
  );
  await database.owner.query(
    `insert into advisory (name, aliases, summary, severity, attributes_hash)
     select 'CVE-2026-' || 1000 + i, '{}', '', ($2::text[])[1 + i % 6], '' from generate_series(1, $1) i`,
    [ADVISORIES, SEVERITIES],
  );
});
afterAll(() => database.close());

/** What judging writes: matches, their sums and a verdict. */
const judge = async (tx: Tx, id: number): Promise<void> => {
  const verdict = (["affected", "not_affected", "unknown"] as const)[below(3)]!;
  const reason = verdict === "unknown" ? ["no_feed", "unparsable", "end_of_life"][below(3)] : null;
  await tx.query("delete from component_match where component_id = $1", [id]);
  if (verdict === "affected") {
    await tx.query(
      `insert into component_match (component_id, advisory_id, record_id, fixed_in, urgency, risk)
       select $1, id, 'r', $2, '', $3 from advisory where random() < 0.3`,
      [id, `${below(3)}`, below(100)],
    );
  }
  const counts = SEVERITIES.map((s) => `${s} = (select count(*) from m where severity = '${s}')`).join(", ");
  await tx.query(
    `with m as (select a.severity, m.risk, m.fixed_in from component_match m join advisory a on a.id = m.advisory_id where component_id = $1)
     update component set verdict = $2, verdict_reason = $3, ${counts}, max_risk = coalesce((select max(risk) from m), 0),
       fixable = (select count(fixed_in) from m)
     where id = $1`,
    [id, verdict, reason],
  );
};

/** The matches as they are, each as a text. */
const matchesNow = async (tx: Tx): Promise<Map<string, ChangedMatch>> => {
  const rows = await tx.query<ChangedMatch & { said: string }>(
    `select component_id as "componentId", advisory_id as "advisoryId", concat_ws(' ', component_id, advisory_id, fixed_in, risk) as said
     from component_match`,
  );
  return new Map(rows.map(({ said, ...match }) => [said, match]));
};

/** The matches that one of two has and the other has not. */
const differing = (a: Map<string, ChangedMatch>, b: Map<string, ChangedMatch>): ChangedMatch[] => [
  ...[...a].filter(([said]) => !b.has(said)).map(([, match]) => match),
  ...[...b].filter(([said]) => !a.has(said)).map(([, match]) => match),
];

const hold = async (tx: Tx, host: number): Promise<void> => {
  const [asset] = await tx.query<{ id: string }>(
    `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version)
     values ($1, $2, $2, '', '', '{}', '') on conflict (company_id, machine_id) do update set last_seen_at = now() returning id`,
    [company, `host-${host}`],
  );
  for (const source of SOURCES) {
    if (random() < 0.2) {
      await tx.query("delete from inventory where company_id = $1 and asset_id = $2 and source = $3", [
        company,
        asset?.id,
        source,
      ]);
      continue;
    }
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at) values ($1, $2, $3, 'ok', $4, now())
       on conflict (company_id, asset_id, source) do update set component_ids = excluded.component_ids`,
      [company, asset?.id, source, some(0.3)],
    );
  }
};

const rule = async (tx: Tx): Promise<void> => {
  await tx.query("delete from vex_document where company_id = $1", [company]);
  await tx.query(
    `with d as (
       insert into vex_document (company_id, name, format, own_id, author, statement_count, problem_count, problems, digest, added_by)
       values ($1, 'd', 'openvex', 'd', '', 1, 0, '{}', 'd', '') returning id)
     insert into vex_statement (company_id, document_id, vulnerability, aliases, status, justification, note, author, products)
     select $1, id, $2, '{}', 'not_affected', '', '', '', $3 from d`,
    [
      company,
      `CVE-2026-${1001 + below(ADVISORIES)}`,
      JSON.stringify([{ purl: "pkg:npm/p", versions: null, subcomponents: [] }]),
    ],
  );
};

/** As the removal of a document does where that decides otherwise. */
const unrule = async (tx: Tx): Promise<void> => {
  await tx.query("delete from vex_document where company_id = $1", [company]);
  await markAllDirty(tx, company);
};

/** What people decide, of all assets or of some, or that they take it all back; each with what its request writes. */
const decide = async (tx: Tx): Promise<void> => {
  if (below(4) === 0) {
    await tx.query("update decision set revoked_at = now() where company_id = $1 and revoked_at is null", [company]);
    await refreshRulings(tx, company, { components: [] });
    return;
  }
  const what = below(3) === 0 ? "severity<=medium" : `advisory:CVE-2026-${1001 + below(ADVISORIES)}`;
  const where = below(3) === 0 ? "" : `host:host-${below(ASSETS)},host-${below(ASSETS)}`;
  const [made] = await tx.query<{ id: string }>(
    `insert into decision (company_id, kind, scope, by_asset, reason, owner, created_by, needs_approval, expires_at)
     values ($1, 'accept_risk', $2, $3, 'r', 'o', 'c', false, now() + interval '1 day') returning id`,
    [company, `${what} ${where}`.trim(), where !== ""],
  );
  await refreshRulings(tx, company, { components: [], decision: made?.id ?? "" });
};

const state = async (): Promise<unknown> => {
  const findings = await database.owner.query(
    `select component_id, advisory, status, severity, fixed_in, risk, asset_count from finding where company_id = $1
     order by component_id, advisory`,
    [company],
  );
  const assets = await database.owner.query(
    `select machine_id, critical, high, medium, low, none, unknown, kev_count, risk, covered, not_covered, unparsable, dirty
     from asset where company_id = $1 order by machine_id`,
    [company],
  );
  return { findings: findings.rows, assets: assets.rows };
};

/** Today's figures as they are written where they are known, else counted. */
const dayOf = async (open: OpenSums | null): Promise<unknown> => {
  await database.db.asServiceFor(company, (tx) => recordDay(tx, company, open ?? undefined));
  return (await database.owner.query("select * from daily_stat where company_id = $1", [company])).rows;
};

/** What is kept of the company for its lists and counters, and the same counted from its rows. */
const keptAndCounted = (
  fleet: Fleet,
  touched: readonly number[] | null,
): Promise<{ kept: unknown; counted: unknown }> =>
  database.db.asServiceFor(company, async (tx) => {
    await refreshFixes(tx, company, {
      components: touched,
      holders: (ids) => fleet.holders(ids),
      holderCounts: (groups) => fleet.holderCounts(groups),
    });
    // Nothing differs from the sums of all fixes, with the assets as the database counts them.
    await tx.query("drop table if exists part_stage");
    expect(await refreshFixes(tx, company, { components: null, holders: null, holderCounts: null })).toBe(0);
    await keepTotals(tx, company, fleet.coverage());
    // What is remembered of the coverage is what the database counts.
    expect(await keepTotals(tx, company, null)).toBe(false);
    const held = (from: string) => tx.query(`select id, assets from (${from}) x order by id`, [company]);
    return {
      kept: [
        await keptTotals(tx, company),
        await held("select component_id as id, asset_count as assets from held_component where company_id = $1"),
      ],
      counted: [
        await findingTotals(tx, company),
        await held(`select u.id, count(distinct i.asset_id)::int as assets from inventory i, unnest(i.component_ids) as u(id)
          where i.company_id = $1 group by 1`),
      ],
    };
  });

test("computing what changed gives what computing everything gives, whatever changes", async () => {
  const { db } = database;
  const log = createJudgedLog();
  const service = <T>(run: (tx: Tx) => Promise<T>): Promise<T> => db.asServiceFor(company, run);
  const known = (fleet: Known["fleet"]): Known => ({
    fleet,
    judged: { end: log.end(), since: fleet && log.since(fleet.judgedUpTo) },
  });
  const mark = (upTo: Computed): Promise<void> =>
    service((tx) => markComputed(tx, company, { ...upTo, formula: FORMULA }));
  const first = await service((tx) => recompute(tx, company, known(null)));
  let { fleet } = first;
  await keptAndCounted(fleet as Fleet, null);
  await mark(first.upTo);
  for (let round = 0; round < ROUNDS; round += 1) {
    await service(async (tx) => {
      const judged = some(random() * 0.2);
      const before = await matchesNow(tx);
      for (const id of judged) await judge(tx, id);
      // Which matches changed is known of most publications, and of no other judging; what components add is known then too.
      const isKnown = round % 3 !== 0;
      const changed = isKnown ? differing(before, await matchesNow(tx)) : null;
      log.add({ ids: judged, changed, sums: isKnown ? await componentSums(tx, judged) : null });
      for (let n = below(3); n > 0; n -= 1) await hold(tx, below(ASSETS));
      if (random() < 0.1) {
        await tx.query("delete from asset where company_id = $1 and name = $2", [company, `host-${below(ASSETS)}`]);
      }
      const said = random();
      if (said < 0.2) await rule(tx);
      else if (said < 0.35) await unrule(tx);
      // so that some rounds have nothing decided at all
      if (round > ROUNDS / 3 && random() < 0.3) await decide(tx);
    });
    // As after a start every other time: nothing is remembered but what is marked.
    const warm = round % 2 === 0 ? fleet : null;
    const { fleet: after, open, touched } = await service((tx) => recompute(tx, company, known(warm)));
    fleet = after;
    expect(touched).not.toBeNull();
    const incremental = await state();
    const { kept, counted } = await keptAndCounted(fleet as Fleet, touched);
    expect(kept).toEqual(counted);
    if (round % 5 === 0) expect(await dayOf(open)).toEqual(await dayOf(null));
    const full = await service((tx) => recompute(tx, company, known(null)));
    expect(await state()).toEqual(incremental);
    expect(full.findings).toMatchObject({ opened: [], closedCount: 0, changedCount: 0 });
    expect(full.changedAssets).toEqual([]);
    // What is remembered has no part in this: the database computes it of the inventories.
    await service(async (tx) => {
      expect(await refreshFindings(tx, company)).toMatchObject({ opened: [], closedCount: 0, changedCount: 0 });
      await markAllDirty(tx, company);
      await refreshDirtyAssets(tx, company);
    });
    expect(await state()).toEqual(incremental);
    if (warm !== null) expect(fleet).toBe(warm);
    await mark(full.upTo);
  }
  expect((await state()) as { findings: unknown[] }).toMatchObject({ findings: expect.anything() });
});
