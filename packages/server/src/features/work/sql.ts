import type { Tx } from "../../platform/db/index.ts";

/** A person of the company. */
export interface Colleague {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

/** The company's active members, by name; at most `limit`. */
export const activeMembers = (tx: Tx, companyId: number, limit: number): Promise<Colleague[]> =>
  tx.query(
    `select person_id as id, name, email from membership where company_id = $1 and deactivated_at is null
     order by lower(name), person_id limit $2`,
    [companyId, limit],
  );

/** Whether somebody is an active member. */
export const isMember = async (tx: Tx, companyId: number, personId: string): Promise<boolean> =>
  (
    await tx.query("select 1 from membership where company_id = $1 and person_id = $2 and deactivated_at is null", [
      companyId,
      personId,
    ])
  ).length > 0;

/** A finding that is worked on. */
export interface WorkFinding {
  readonly id: string;
  readonly componentId: number;
  readonly advisory: string;
  readonly package: string;
  readonly isOpen: boolean;
}

/** A finding that the caller sees, or null. */
export const findingToWork = async (tx: Tx, companyId: number, id: string): Promise<WorkFinding | null> =>
  (
    await tx.query<WorkFinding>(
      `select id, component_id as "componentId", advisory, coalesce(source, package) as package, status = 'open' as "isOpen"
       from finding where company_id = $1 and id = $2`,
      [companyId, id],
    )
  )[0] ?? null;

/** What is to be said of findings; what is undefined stays. */
export interface Wish {
  readonly state?: "open" | "acknowledged" | "in_work" | undefined;
  readonly assigneeId?: string | null | undefined;
}

/** The findings of the ids in `$2` as they are now and as they are wished: `state` null for open. What a finding's return outdated is nothing. */
const WISHED = `wished as materialized (
  select f.id, f.component_id, w.state as state_before, w.assignee_id as assignee_before,
    case when $3 then $4::text else w.state end as state, case when $5 then $6::uuid else w.assignee_id end as assignee_id
  from finding f left join finding_work w on w.company_id = f.company_id and w.finding_id = f.id
    and (f.reopened_at is null or w.changed_at > f.reopened_at)
  where f.company_id = $1 and f.id = any($2::uuid[]) and f.status = 'open')`;
const DIFFERS = "(state_before, assignee_before) is distinct from (state, assignee_id)";

const valuesOf = (companyId: number, ids: readonly string[], { state, assigneeId }: Wish): unknown[] => [
  companyId,
  `{${ids.join(",")}}`,
  state !== undefined,
  state === undefined || state === "open" ? null : state,
  assigneeId !== undefined,
  assigneeId ?? null,
];

/** Takes the locks that writers of the same findings wait at, in one order. */
export const lockWork = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock(hashtext('work'), $1)", [companyId]);
};

/** How many of findings would change, and how many of these somebody has. */
export const countChanges = async (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
  wish: Wish,
): Promise<{ changed: number; taken: number }> => {
  const [row] = await tx.query<{ changed: number; taken: number }>(
    `with ${WISHED} select (count(*) filter (where ${DIFFERS}))::int as changed,
       (count(*) filter (where ${DIFFERS} and (state_before = 'in_work' or assignee_before is not null)))::int as taken from wished`,
    valuesOf(companyId, ids, wish),
  );
  return row ?? { changed: 0, taken: 0 };
};

/**
 * Says it of the open ones of findings, and notes for each that changes what it was. Under `lockWork`. Returns the ids of what
 * changed.
 */
export const setWork = async (
  tx: Tx,
  companyId: number,
  ids: readonly string[],
  { by, changeId, ...wish }: Wish & { readonly by: string; readonly changeId: string },
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with ${WISHED}, differing as (select * from wished where ${DIFFERS}),
     noted as (
       insert into finding_change (company_id, finding_id, component_id, by, state_before, state, assignee_before, assignee_id, change_id)
       select $1, id, component_id, $7, state_before, state, assignee_before, assignee_id, $8::uuid from differing),
     written as (
       insert into finding_work as w (company_id, finding_id, component_id, state, assignee_id, changed_by, change_id)
       select $1, id, component_id, state, assignee_id, $7, $8::uuid from differing
       on conflict (company_id, finding_id) do update set state = excluded.state, assignee_id = excluded.assignee_id,
         changed_by = excluded.changed_by, changed_at = now(), change_id = excluded.change_id returning finding_id as id)
     select id from written order by id`,
    [...valuesOf(companyId, ids, wish), by, changeId],
  );
  return rows.map(({ id }) => id);
};

/** What is now said of one finding; null for nothing. */
export const workOn = async (
  tx: Tx,
  companyId: number,
  findingId: string,
): Promise<{ state: string | null; assigneeId: string | null } | null> =>
  (
    await tx.query<{ state: string | null; assigneeId: string | null }>(
      `select w.state, w.assignee_id as "assigneeId" from finding_work w
       join finding f on f.company_id = w.company_id and f.id = w.finding_id
         and (f.reopened_at is null or w.changed_at > f.reopened_at)
       where w.company_id = $1 and w.finding_id = $2`,
      [companyId, findingId],
    )
  )[0] ?? null;

/**
 * Puts back what a change said, where nobody said anything since and the finding did not come back meanwhile. Under `lockWork`.
 * Returns the ids of what is back.
 */
export const putBack = async (tx: Tx, companyId: number, changeId: string, by: string): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `with back as (
       update finding_work w set state = c.state_before, assignee_id = c.assignee_before, changed_by = $3, changed_at = now(),
         change_id = gen_random_uuid()
       from finding_change c, finding f
       where c.company_id = $1 and c.change_id = $2 and w.company_id = $1 and w.finding_id = c.finding_id and w.change_id = $2
         and f.company_id = $1 and f.id = w.finding_id and f.status = 'open'
         and (f.reopened_at is null or w.changed_at > f.reopened_at)
       returning w.finding_id, w.component_id, w.change_id, c.state_before, c.state, c.assignee_before, c.assignee_id)
     insert into finding_change (company_id, finding_id, component_id, by, state_before, state, assignee_before, assignee_id, change_id)
     select $1, finding_id, component_id, $3, state, state_before, assignee_id, assignee_before, change_id from back
     returning finding_id as id`,
    [companyId, changeId, by],
  );
  return rows.map(({ id }) => id).sort();
};
