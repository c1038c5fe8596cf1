import type { TestApi, TestCompany } from "../../../../../test/support/api.ts";
import { markAllDirty, refreshDirtyAssets } from "../assets/index.ts";
import { refreshFindings } from "../findings/index.ts";
import { openSession } from "../sessions/index.ts";
import { recordDay } from "../stats/index.ts";
import { refreshRulings } from "./index.ts";

/** Package, advisory, severity, risk. */
export const MATCHES = [
  ["openssl", "CVE-2026-1", "critical", 90],
  ["openssl", "CVE-2026-2", "low", 20],
  ["bash", "CVE-2026-3", "medium", 50],
  ["zip", "CVE-2026-4", "high", 70],
] as const;

/** Writes the components and advisories of MATCHES; answers component ids by name. */
export const writeMatches = async (api: TestApi): Promise<Record<string, number>> =>
  await api.db.asService(async (tx) => {
    const ids: Record<string, number> = {};
    for (const [name, advisory, severity, risk] of MATCHES) {
      if (ids[name] === undefined) {
        const [row] = await tx.query<{ id: number }>(
          `with p as (insert into package (ecosystem, name) values ('Debian:12', $1) returning id)
           insert into component (ecosystem, name, version, arch, source_name, source_version, package_id, judged_version, purl,
             verdict)
           select 'Debian:12', $1, '1.0', '', '', '', id, '1.0', 'pkg:deb/debian/' || $1 || '@1.0', 'affected' from p
           returning id`,
          [name],
        );
        ids[name] = row?.id as number;
      }
      await tx.query(
        `with a as (
           insert into advisory (name, aliases, summary, severity, attributes_hash) values ($1, '{}', '', $2, '') returning id)
         insert into component_match (component_id, advisory_id, record_id, urgency, risk) select $3, id, 'r', '', $4 from a`,
        [advisory, severity, ids[name], risk],
      );
    }
    await tx.query(
      `update component c set critical = s.critical, high = s.high, medium = s.medium, low = s.low, max_risk = s.risk from (
         select m.component_id, count(*) filter (where a.severity = 'critical') as critical,
           count(*) filter (where a.severity = 'high') as high, count(*) filter (where a.severity = 'medium') as medium,
           count(*) filter (where a.severity = 'low') as low, max(m.risk) as risk
         from component_match m join advisory a on a.id = m.advisory_id group by 1) s where s.component_id = c.id`,
    );
    return ids;
  });

/** An asset of a company that has these components. */
export const writeAsset = (
  api: TestApi,
  company: TestCompany,
  given: { name: string; labels?: readonly string[]; components: readonly number[] },
): Promise<string> =>
  api.db.withCompany(company.id, async (tx) => {
    const [row] = await tx.query<{ id: string }>(
      `insert into asset (company_id, name, machine_id, os, ecosystem, facts, agent_version, labels)
       values ($1, $2, $2, '', 'Debian:12', '{}', '', $3) returning id`,
      [company.id, given.name, given.labels ?? []],
    );
    const id = row?.id as string;
    await tx.query(
      `insert into inventory (company_id, asset_id, source, status, component_ids, taken_at)
       values ($1, $2, 'dpkg', 'ok', $3, now())`,
      [company.id, id, [...given.components].sort((a, b) => a - b)],
    );
    return id;
  });

/** What a computation of the company's findings does. */
export const refreshCompany = (api: TestApi, company: TestCompany): Promise<number> =>
  api.db.asServiceFor(company.id, async (tx) => {
    await refreshFindings(tx, company.id);
    const count = await refreshRulings(tx, company.id);
    if (count > 0) await markAllDirty(tx, company.id);
    await refreshDirtyAssets(tx, company.id);
    await recordDay(tx, company.id);
    return count;
  });

let people = 0;

/** A person of the company in a role, signed in; the cookie as a browser sends it. */
export const signedIn = async (api: TestApi, company: TestCompany, role = "admin"): Promise<string> => {
  people += 1;
  const email = `${role}-${process.pid}-${people}@example.com`;
  const [person] = await api.db.asService((tx) =>
    tx.query<{ id: string }>("insert into person (email, name) values ($1, $1) returning id", [email]),
  );
  const personId = (person as { id: string }).id;
  return await api.db.withCompany(company.id, async (tx) => {
    await tx.query(
      "insert into membership (company_id, person_id, email, name, role, source) values ($1, $2, $3, $3, $4, 'server')",
      [company.id, personId, email, role],
    );
    const context = { now: new Date(), ip: "127.0.0.1", userAgent: "test", secure: false };
    const session = { companyId: company.id, subject: email, method: "password", personId } as const;
    return (await openSession(tx, context, session)).cookie.split(";")[0] as string;
  });
};
