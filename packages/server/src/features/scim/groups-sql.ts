import type { Tx } from "../../platform/db/index.ts";
import type { Equal } from "./filter.ts";

/** A group of a directory. */
export interface GroupRow {
  readonly id: string;
  readonly displayName: string;
  readonly externalId: string | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly memberCount: number;
}

const COLUMNS = `g.id, g.display_name as "displayName", g.external_id as "externalId", g.created_at as "createdAt",
  g.changed_at as "changedAt",
  (select count(*)::int from scim_group_member x where x.company_id = g.company_id and x.group_id = g.id) as "memberCount"`;

const CONDITIONS: Readonly<Record<string, string>> = {
  id: "g.id::text = lower(?)",
  displayname: "lower(g.display_name) = lower(?)",
  externalid: "g.external_id = ?",
  members: `exists (select 1 from scim_group_member x where x.company_id = g.company_id and x.group_id = g.id
    and x.person_id::text = lower(?))`,
  "members.value": `exists (select 1 from scim_group_member x where x.company_id = g.company_id and x.group_id = g.id
    and x.person_id::text = lower(?))`,
};
export const GROUP_FILTERS = Object.keys(CONDITIONS);

/** Groups by filter in the order of their making, and how many there are in all. */
export const listGroups = async (
  tx: Tx,
  companyId: number,
  filter: readonly Equal[],
  page: { startIndex: number; count: number },
): Promise<{ rows: GroupRow[]; total: number }> => {
  const values: unknown[] = [companyId];
  const parts = filter.map(({ attribute, value }) =>
    (CONDITIONS[attribute] ?? "false").replace("?", `$${values.push(String(value))}::text`),
  );
  const sql = ["from scim_group g where g.company_id = $1", ...parts].join(" and ");
  const [counted] = await tx.query<{ n: number }>(`select count(*)::int as n ${sql}`, values);
  const rows = await tx.query<GroupRow>(
    `select ${COLUMNS} ${sql} order by g.created_at, g.id
     limit $${values.push(page.count)} offset $${values.push(page.startIndex - 1)}`,
    values,
  );
  return { rows, total: counted?.n ?? 0 };
};

/** A group by id; null for none. */
export const groupById = async (tx: Tx, companyId: number, id: string): Promise<GroupRow | null> =>
  (await listGroups(tx, companyId, [{ attribute: "id", value: id }], { startIndex: 1, count: 1 })).rows[0] ?? null;

/** Makes a group; null when there is one of this name. */
export const insertGroup = async (
  tx: Tx,
  companyId: number,
  group: { displayName: string; externalId: string | null },
): Promise<string | null> => {
  const [row] = await tx.query<{ id: string }>(
    `insert into scim_group (company_id, display_name, external_id) values ($1, $2, $3) on conflict do nothing returning id`,
    [companyId, group.displayName, group.externalId],
  );
  return row?.id ?? null;
};

/** Changes a group's names; false when another has them. */
export const updateGroup = async (
  tx: Tx,
  companyId: number,
  group: { id: string; displayName: string; externalId: string | null },
): Promise<boolean> => {
  const rows = await tx.query(
    `update scim_group g set display_name = $3, external_id = $4, changed_at = now()
     where g.company_id = $1 and g.id = $2 and not exists (
       select 1 from scim_group o where o.company_id = $1 and o.display_name = $3 and o.id <> $2) returning g.id`,
    [companyId, group.id, group.displayName, group.externalId],
  );
  return rows.length === 1;
};

/** Removes a group with its members. */
export const deleteGroup = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query(`delete from scim_group where company_id = $1 and id = $2`, [companyId, id]);
};

/** The people of some groups, each group's by name. */
export const membersOf = (
  tx: Tx,
  companyId: number,
  groupIds: readonly string[],
): Promise<{ groupId: string; value: string; display: string }[]> =>
  tx.query(
    `select x.group_id as "groupId", x.person_id as value, m.email as display from scim_group_member x
     join membership m on m.company_id = x.company_id and m.person_id = x.person_id
     where x.company_id = $1 and x.group_id = any($2::uuid[]) order by x.group_id, m.email`,
    [companyId, groupIds],
  );

/** Those of some ids that are people of the company whom a directory may see. */
export const knownPeople = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<Set<string>> => {
  const rows = await tx.query<{ id: string }>(
    `select m.person_id as id from membership m
     left join scim_user s on s.company_id = m.company_id and s.person_id = m.person_id
     where m.company_id = $1 and m.person_id = any($2::uuid[]) and (m.deactivated_at is null or s.person_id is not null)`,
    [companyId, ids],
  );
  return new Set(rows.map(({ id }) => id));
};

/** Puts people into a group and takes others out. */
export const changeMembers = async (
  tx: Tx,
  companyId: number,
  groupId: string,
  { added, removed }: { added: readonly string[]; removed: readonly string[] },
): Promise<void> => {
  await tx.query(
    `insert into scim_group_member (company_id, group_id, person_id) select $1, $2, unnest($3::uuid[]) on conflict do nothing`,
    [companyId, groupId, added],
  );
  await tx.query(
    `delete from scim_group_member where company_id = $1 and group_id = $2 and person_id = any($3::uuid[])`,
    [companyId, groupId, removed],
  );
};
