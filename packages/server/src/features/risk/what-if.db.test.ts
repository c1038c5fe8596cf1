import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { oneDecimal } from "../assets/index.ts";
import { filterOf, informed, led } from "../findings/index.ts";
import { refreshFixes } from "../fixes/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { writeRandomFindings } from "../tallies/fixtures.ts";
import { createTallyStore } from "../tallies/index.ts";
import { fixKeyOf } from "./rules.ts";
import { standingRead } from "./what-if.ts";
import { type Answered, standingRemembered } from "./what-if-memory.ts";

let api: TestApi;
let company: TestCompany;

beforeAll(async () => {
  api = await startApi(() => []);
  company = await api.company();
  await writeRandomFindings(api, company, 7);
  // the sums of assets as a computation writes them; some are rated
  await api.owner.query(
    `update asset a set critical = s.critical, high = s.high, medium = s.medium, low = s.low, none = s.none, unknown = s.unknown,
       risk = s.risk, criticality = case when ascii(right(a.name, 1)) % 3 = 0 then 'critical' end
     from (
       select i.asset_id, count(*) filter (where severity = 'critical') as critical, count(*) filter (where severity = 'high') as high,
         count(*) filter (where severity = 'medium') as medium, count(*) filter (where severity = 'low') as low,
         count(*) filter (where severity = 'none') as none, count(*) filter (where severity = 'unknown') as unknown, max(f.risk) as risk
       from inventory i join finding f on f.company_id = i.company_id and f.component_id = any(i.component_ids)
       where i.company_id = $1 and f.status = 'open' and not exists (
         select 1 from vex_effect e where e.company_id = $1 and e.component_id = f.component_id and e.advisory_id = f.advisory_id)
       group by 1) s
     where a.company_id = $1 and a.id = s.asset_id`,
    [company.id],
  );
  await api.db.asServiceFor(company.id, (tx) =>
    refreshFixes(tx, company.id, { components: null, holders: null, holderCounts: null }),
  );
});
afterAll(() => api.close());

const shown = (answer: Answered | null) =>
  answer && {
    ...answer,
    takenWeight: oneDecimal(answer.takenWeight),
    before: { ...answer.before, risk: oneDecimal(answer.before.risk) },
    after: { ...answer.after, risk: oneDecimal(answer.after.risk) },
  };

test("how the company would stand is the same from memory as from its findings, for fixes and for queries", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  const keys = [
    ["Debian:12/src1/2.4"],
    ["Debian:12/src1/2.4", "Debian:12/src1/2.9"],
    ["Debian:12/src0/2.11", "Debian:12/src2/2.11", "Debian:12/src3/2.11", "Debian:12/src4/2.11", "npm/bin5/9"],
    ["Debian:12/nothing/1"],
  ];
  for (const some of keys) {
    await api.db.withCompany(company.id, async (tx) => {
      const found = await standingRemembered(tx, company.id, { keys: some.map(fixKeyOf) }, memory);
      expect(shown(found), some.join()).toEqual(shown(await standingRead(tx, company.id, { keys: some })));
    });
  }
  const queries = "severity>=medium,risk>20,label:prod,-label:prod fix:yes,src1 kev:true,-package:bin2,fix:no".split(
    ",",
  );
  let touched = 0;
  for (const query of queries) {
    const plain = filterOf({ status: "open", query });
    const asked = await led(api.db, memory.holdings, company.id, plain, memory.tallies);
    await api.db.withCompany(company.id, async (tx) => {
      const filter = await informed(tx, company.id, asked);
      const found = await standingRemembered(tx, company.id, { filter }, memory);
      expect(found, query).not.toBeNull();
      expect(shown(found), query).toEqual(shown(await standingRead(tx, company.id, { filter: plain })));
      touched += found?.touchedCount ?? 0;
    });
  }
  expect(touched).toBeGreaterThan(50);
});

test("the risk that goes with a whole fix is what the list of fixes says that it takes away, from memory as from findings", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  const key = "Debian:12/src1/2.11";
  await api.db.withCompany(company.id, async (tx) => {
    const [fix] = await tx.query<{ weight: number }>(
      "select weight from fix where company_id = $1 and ecosystem = 'Debian:12' and package = 'src1' and has_fix",
      [company.id],
    );
    const found = await standingRemembered(tx, company.id, { keys: [fixKeyOf(key)] }, memory);
    expect(fix?.weight).toBeGreaterThan(100);
    expect(oneDecimal(found?.takenWeight ?? 0)).toBe(oneDecimal(fix?.weight ?? -1));
    const read = await standingRead(tx, company.id, { keys: [key, key] });
    expect(oneDecimal(read.takenWeight)).toBe(oneDecimal(fix?.weight ?? -1));
  });
});

test("memory does not tell where a decision stands on some assets alone, nor to who sees some", async () => {
  const memory = { tallies: createTallyStore(api.db), holdings: createHoldingsStore(api.db) };
  const asked = { keys: [fixKeyOf("Debian:12/src1/2.4")] };
  const scoped = await api.db.withCompany(company.id, (tx) => standingRemembered(tx, company.id, asked, memory), [
    "prod",
  ]);
  expect(scoped).toBeNull();
  await api.owner.query(`set session_replication_role = replica;
    insert into decision_asset values (${company.id}, gen_random_uuid(), gen_random_uuid());
    reset session_replication_role`);
  expect(await api.db.withCompany(company.id, (tx) => standingRemembered(tx, company.id, asked, memory))).toBeNull();
});
