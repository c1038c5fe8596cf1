import { parseAffected } from "@zerotrace/core/query/affected";
import { OWNER_PERMISSIONS } from "@zerotrace/core/schema";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import { createHoldingsStore } from "../holdings/index.ts";
import { affectedRoutes } from "./index.ts";
import { pageByHoldings, pageByInventories } from "./page.ts";
import { type Row, rulingByPackage } from "./rules.ts";
import { candidatesByName } from "./sql.ts";

let api: TestApi;
let company: TestCompany;

const VERSIONS = ["1.0", "2.0", "3.0", "x y"];
const ASKED = ["openssl", "openssl <2.5", "openssl >=1.0", "openssl <0.1", "nothing"];

beforeAll(async () => {
  api = await startApi(({ db }) => affectedRoutes(createHoldingsStore(db)));
  company = await api.company();
  await api.db.asService(async (tx) => {
    await tx.query("insert into package (id, ecosystem, name) overriding system value values (1, 'npm', 'openssl')");
    for (const [i, version] of VERSIONS.entries())
      await tx.query(
        `insert into component (id, ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl, verdict,
           verdict_reason, high)
         overriding system value values ($1::int, 'npm', 'openssl', $2, '', '', '', 1, $2, 'pkg:npm/openssl@' || $1::int, $3, 'fixed', $4)`,
        [i + 1, version, ["affected", "not_affected", "unknown", "affected"][i], i % 3 === 0 ? 1 : 0],
      );
  });
  await api.db.withCompany(company.id, async (tx) => {
    for (let n = 0; n < 40; n += 1)
      await tx.query(
        `with a as (insert into asset (company_id, kind, name, machine_id, os, ecosystem, facts, agent_version, labels, risk)
           values ($1, 'host', $2, $3, 'x', 'npm', '{}', '', $4, $5) returning id)
         insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
         select $1, id, 's', 'ok', $6, now() from a`,
        [
          company.id,
          `h${n % 30}`,
          `m${n}`,
          n % 2 ? ["prod"] : [],
          (n % 5) * 10 + 0.04,
          [1, 2, 3, 4, 9].filter((id) => (n >> (id % 4)) % 2),
        ],
      );
  });
});
afterAll(() => api.close());

test("what is remembered of assets answers as their inventories do, page by page", async () => {
  const store = createHoldingsStore(api.db);
  await api.db.asServiceFor(company.id, async (tx) => {
    for (const q of ASKED) {
      const { package: asked } = parseAffected(q);
      if (asked === null) throw new Error(`${q} names no package`);
      const candidates = await candidatesByName(tx, company.id, asked);
      const ruled = { candidates, rule: rulingByPackage(asked.range) };
      for (const verdict of [undefined, "affected", "unknown", "not_affected"] as const) {
        const whole = await pageByInventories(tx, company.id, ruled, { verdict, limit: 100, after: null });
        const holdings = await store.of(company.id);
        if (holdings === null) throw new Error("nothing is remembered");
        const rows: Row[] = [];
        for (let after: Row | null = null; ;) {
          const page = await pageByHoldings(tx, company.id, { ...ruled, holdings }, { verdict, limit: 7, after });
          expect(page.counts).toEqual(whole.counts);
          rows.push(...page.rows);
          after = page.rows.at(-1) ?? null;
          if (after === null) break;
        }
        expect(rows, `${q} ${verdict}`).toEqual(whole.rows);
      }
    }
  });
});

test("who sees some assets only is told of those, whatever is remembered", async () => {
  const { secret, hash } = newToken("api", company.id);
  const row = { companyId: company.id, kind: "api", hash, subject: "token:x", permissions: OWNER_PERMISSIONS } as const;
  await api.db.withCompany(company.id, (tx) => insertCredential(tx, { ...row, labels: ["prod"] }));
  const seen = async (token: string) => (await api.call("GET", "/api/v1/affected?q=openssl&limit=100", { token })).body;
  const all = await seen(company.reader);
  const some = await seen(secret);
  expect([all.coverage.assetCount, some.coverage.assetCount]).toEqual([40, 20]);
  const ids = await api.owner.query<{ id: string }>("select id from asset where 'prod' = any(labels)");
  const prod = new Set(ids.rows.map(({ id }) => id));
  expect(some.rows).toEqual(all.rows.filter((one: { assetId: string }) => prod.has(one.assetId)));
});
