import type { DecisionKind } from "@zerotrace/core/decision/decision";
import type { FindingState } from "@zerotrace/core/work/work";
import type { Tx } from "../../platform/db/index.ts";

/** An event other than a comment or an attachment. */
export interface EventRecord {
  readonly id: string;
  readonly at: Date;
  readonly kind: string;
  readonly by: string | null;
  readonly state: FindingState | null;
  readonly assignee: string | null;
  readonly decisionId: string | null;
  readonly decisionKind: DecisionKind | null;
  readonly reason: string | null;
  readonly says: string | null;
}

const NONE =
  "null::text as state, null::text as assignee, null::uuid as decision_id, null::text as decision_kind, null::text as reason";
const DECIDED = `d.id as decision_id, d.kind as decision_kind, d.reason`;
const STANDS = `from f join decision_finding df on df.company_id = $1 and df.component_id = f.component_id
    and df.advisory_id = f.advisory_id
  join decision d on d.company_id = $1 and d.id = df.decision_id`;

/** What happened to a finding but for what was said of it, newest first; at most `limit` events. */
export const eventsOf = (tx: Tx, companyId: number, findingId: string, limit: number): Promise<EventRecord[]> =>
  tx.query(
    `with f as materialized (select * from finding where company_id = $1 and id = $2),
     c as materialized (
       select * from finding_change where company_id = $1 and finding_id = $2 order by id desc limit $3),
     e as (
       select 'first_seen' as id, first_seen_at as at, 'first_seen' as kind, null::text as by, ${NONE}, null::text as says from f
       union all select 'published', published_at, 'published', null, ${NONE}, null from f where published_at is not null
       union all select 'fixed', fixed_at, 'fixed', null, ${NONE}, null from f where fixed_at is not null
       union all select 'reopened', reopened_at, 'reopened', null, ${NONE}, null from f where reopened_at is not null
       union all
       select 'state:' || c.id, c.at, 'state', c.by, coalesce(c.state, 'open'), null, null, null, null, null
       from c where c.state is distinct from c.state_before
       union all
       select 'assigned:' || c.id, c.at, 'assigned', c.by, null, coalesce(m.name, c.assignee_id::text), null, null, null, null
       from c left join membership m on m.company_id = $1 and m.person_id = c.assignee_id
       where c.assignee_id is distinct from c.assignee_before
       union all
       select 'decided:' || d.id, d.created_at, 'decided', d.created_by, null, null, ${DECIDED}, null ${STANDS}
       union all
       select 'approved:' || d.id, d.approved_at, 'approved', d.approved_by, null, null, ${DECIDED}, null ${STANDS}
       where d.approved_at is not null
       union all
       select 'revoked:' || d.id, d.revoked_at, 'revoked', d.revoked_by, null, null, ${DECIDED}, null ${STANDS}
       where d.revoked_at is not null
       union all
       select 'expired:' || d.id, d.expires_at, 'expired', null, null, null, ${DECIDED}, null ${STANDS}
       where d.revoked_at is null and d.expires_at <= now()
       union all
       select 'lapsed:' || d.id, df.lapsed_at, 'lapsed', null, null, null, ${DECIDED}, df.lapse ${STANDS}
       where df.lapsed_at is not null
       union all
       select 'vex:' || s.id, o.added_at, 'vex', coalesce(nullif(s.author, ''), o.added_by), ${NONE}, v.status
       from f join vex_effect v on v.company_id = $1 and v.component_id = f.component_id and v.advisory_id = f.advisory_id
       join vex_statement s on s.company_id = $1 and s.id = v.statement_id
       join vex_document o on o.company_id = $1 and o.id = s.document_id)
     select e.id, e.at, e.kind, coalesce(w.name, e.by) as by, e.state, e.assignee, e.decision_id as "decisionId",
       e.decision_kind as "decisionKind", e.reason, e.says
     from e left join membership w on w.company_id = $1 and w.email = e.by
     order by e.at desc, e.id limit $3`,
    [companyId, findingId, limit],
  );

/** The names of people of the company. */
export const namesOf = async (
  tx: Tx,
  companyId: number,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (personIds.length === 0) return new Map();
  const rows = await tx.query<{ id: string; name: string }>(
    "select person_id as id, name from membership where company_id = $1 and person_id = any($2::uuid[])",
    [companyId, `{${personIds.join(",")}}`],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
};

/** Deletes changes older than so many days, the oldest first, at most `limit`; answers how many. What a finding is now is not among them. */
export const expireChanges = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> =>
  (
    await tx.query(
      `delete from finding_change where company_id = $1 and id in (
         select id from finding_change where company_id = $1 and at < now() - make_interval(days => $2) order by id limit $3)
       returning 1`,
      [companyId, days, limit],
    )
  ).length;
