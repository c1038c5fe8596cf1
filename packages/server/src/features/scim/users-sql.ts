import type { Tx } from "../../platform/db/index.ts";
import type { Equal } from "./filter.ts";

/** A person of the company as a directory sees them. */
export interface UserRow {
  readonly personId: string;
  readonly userName: string;
  readonly externalId: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string;
  readonly email: string;
  readonly active: boolean;
  readonly isOwner: boolean;
  readonly role: string;
  readonly labels: readonly string[] | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
  readonly groups: readonly { value: string; display: string }[];
}

const COLUMNS = `m.person_id as "personId", coalesce(s.user_name, m.email) as "userName",
  coalesce(s.external_id, m.external_id) as "externalId", s.given_name as "givenName", s.family_name as "familyName",
  coalesce(s.display_name, m.name) as "displayName", m.email, m.deactivated_at is null as active, m.is_owner as "isOwner",
  m.role, m.labels, m.created_at as "createdAt", coalesce(s.changed_at, m.created_at) as "changedAt",
  coalesce((select jsonb_agg(jsonb_build_object('value', g.id, 'display', g.display_name) order by g.display_name)
    from scim_group_member x join scim_group g on g.company_id = x.company_id and g.id = x.group_id
    where x.company_id = m.company_id and x.person_id = m.person_id), '[]') as groups`;
/** Who is active, and whom the directory itself deactivated; one that it removed is not there. */
const VISIBLE = `from membership m left join scim_user s on s.company_id = m.company_id and s.person_id = m.person_id
  where m.company_id = $1 and (m.deactivated_at is null or s.person_id is not null)`;

/** What a filter may compare, with the condition. Values are bound. */
const CONDITIONS: Readonly<Record<string, string>> = {
  id: "m.person_id::text = lower(?)",
  username: "coalesce(s.user_name, m.email) = lower(?)",
  externalid: "coalesce(s.external_id, m.external_id) = ?",
  "emails.value": "m.email = lower(?)",
  emails: "m.email = lower(?)",
  displayname: "lower(coalesce(s.display_name, m.name)) = lower(?)",
  active: "(m.deactivated_at is null) = (?)::boolean",
};
export const USER_FILTERS = Object.keys(CONDITIONS);

const whereOf = (companyId: number, filter: readonly Equal[]): { sql: string; values: unknown[] } => {
  const values: unknown[] = [companyId];
  const parts = filter.map(({ attribute, value }) => {
    // the value is text whatever it is: a boolean of text that is none finds nobody
    const text = attribute === "active" && !/^(true|false)$/i.test(String(value)) ? "false" : String(value);
    return (CONDITIONS[attribute] ?? "false").replace("?", `$${values.push(text)}::text`);
  });
  return { sql: [VISIBLE, ...parts].join(" and "), values };
};

/** People by filter in the order of their joining, and how many there are in all. */
export const listUsers = async (
  tx: Tx,
  companyId: number,
  filter: readonly Equal[],
  page: { startIndex: number; count: number },
): Promise<{ rows: UserRow[]; total: number }> => {
  const { sql, values } = whereOf(companyId, filter);
  const [counted] = await tx.query<{ n: number }>(`select count(*)::int as n ${sql}`, values);
  const rows = await tx.query<UserRow>(
    `select ${COLUMNS} ${sql} order by m.created_at, m.person_id
     limit $${values.push(page.count)} offset $${values.push(page.startIndex - 1)}`,
    values,
  );
  return { rows, total: counted?.n ?? 0 };
};

/** A person by id; null for one that is not visible. */
export const userById = async (tx: Tx, companyId: number, id: string): Promise<UserRow | null> =>
  (await listUsers(tx, companyId, [{ attribute: "id", value: id }], { startIndex: 1, count: 1 })).rows[0] ?? null;

/** What a directory said of a person, stored anew. Throws a unique violation for a user name that another has. */
export const putUser = async (
  tx: Tx,
  companyId: number,
  personId: string,
  said: {
    userName: string;
    externalId: string | null;
    givenName: string | null;
    familyName: string | null;
    displayName: string | null;
  },
): Promise<void> => {
  await tx.query(
    `insert into scim_user (company_id, person_id, user_name, external_id, given_name, family_name, display_name)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (company_id, person_id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
       given_name = excluded.given_name, family_name = excluded.family_name, display_name = excluded.display_name,
       changed_at = now()`,
    [companyId, personId, said.userName, said.externalId, said.givenName, said.familyName, said.displayName],
  );
};

/** Whether another person than this one has a user name or email. */
export const isTaken = async (
  tx: Tx,
  companyId: number,
  { userName, email, personId }: { userName: string; email: string; personId: string | null },
): Promise<boolean> => {
  const rows = await tx.query(
    `select m.person_id ${VISIBLE} and (coalesce(s.user_name, m.email) = $2 or m.email = $3)
       and m.person_id is distinct from $4::uuid
     union all
     select m.person_id from membership m where m.company_id = $1 and m.email = $3 and $4::uuid is not null
       and m.person_id <> $4::uuid limit 1`,
    [companyId, userName, email, personId],
  );
  return rows.length > 0;
};

/** Forgets what a directory said of a person, and their groups. */
export const forgetUser = async (tx: Tx, companyId: number, personId: string): Promise<void> => {
  await tx.query(`delete from scim_group_member where company_id = $1 and person_id = $2`, [companyId, personId]);
  await tx.query(`delete from scim_user where company_id = $1 and person_id = $2`, [companyId, personId]);
};

/** The names of the directory's groups of a person, and the ids that the directory has for them; null for whom it does not know. */
export const groupNamesOf = async (tx: Tx, companyId: number, personId: string): Promise<string[] | null> => {
  const [row] = await tx.query<{ known: boolean; names: string[] | null }>(
    `select exists (select 1 from scim_user where company_id = $1 and person_id = $2)
        or exists (select 1 from scim_group_member where company_id = $1 and person_id = $2) as known,
       (select array_agg(n) from scim_group_member x
          join scim_group g on g.company_id = x.company_id and g.id = x.group_id
          cross join lateral unnest(array[g.display_name, g.external_id]) n
        where x.company_id = $1 and x.person_id = $2 and n is not null) as names`,
    [companyId, personId],
  );
  return row?.known === true ? (row.names ?? []) : null;
};
