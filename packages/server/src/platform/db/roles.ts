import { AppError } from "@zerotrace/core";
import type { Client } from "pg";
import { APP_ROLE, SERVICE_ROLE } from "./connections.ts";
import { codeOf } from "./faults.ts";

/** The oldest PostgreSQL that the tests were run on, as `server_version_num`. */
const OLDEST_VERSION = 150_000;
const FORBIDDEN = "42501";

/**
 * Refuses a server or a user on which the schema could not be made, with what an administrator has to do. Throws
 * BAD_CONFIG.
 */
export const checkServer = async (client: Client): Promise<void> => {
  const { rows } = await client.query<{ version: number; text: string; name: string; who: string; may: boolean }>(`
    select current_setting('server_version_num')::int as version, current_setting('server_version') as text,
      quote_ident(current_database()) as name, quote_ident(current_user) as who,
      has_database_privilege(current_database(), 'create')
        and coalesce(has_schema_privilege(to_regnamespace('public')::oid, 'create'), false) as may`);
  const server = rows[0];
  if (server === undefined) return;
  if (server.version < OLDEST_VERSION) {
    const needed = `ZeroTrace needs version ${OLDEST_VERSION / 10_000} or newer.`;
    throw new AppError("BAD_CONFIG", `This PostgreSQL is version ${server.text}. ${needed}`);
  }
  if (!server.may) {
    const mend = `Let an administrator run: alter database ${server.name} owner to ${server.who}`;
    throw new AppError("BAD_CONFIG", `The database user may not create the schema of ZeroTrace. ${mend}`);
  }
};

/**
 * Makes the two roles when they are missing, lets them connect, and lets the present user take them on. Refuses roles
 * that could pass by row-level security. Throws BAD_CONFIG with the statement to run when the user may not do it.
 */
export const ensureRoles = async (client: Client): Promise<void> => {
  for (const role of [APP_ROLE, SERVICE_ROLE]) {
    await createRole(client, role);
    await takeOn(client, role);
    await client.query(`
      do $$ begin
        execute format('grant connect on database %I to ${role}', current_database());
        execute 'grant usage on schema public to ${role}';
      end $$`);
  }
};

const createRole = async (client: Client, role: string): Promise<void> => {
  const { rows } = await client.query<{ unsafe: boolean }>(
    "select rolsuper or rolbypassrls as unsafe from pg_roles where rolname = $1",
    [role],
  );
  if (rows[0]?.unsafe === true) {
    const mend = `alter role ${role} nosuperuser nobypassrls`;
    throw new AppError("BAD_CONFIG", `The database role ${role} can pass by row-level security. Run: ${mend}`);
  }
  if (rows[0] !== undefined) return;
  const statement = `create role ${role} login nosuperuser nobypassrls nocreatedb nocreaterole`;
  try {
    await client.query(statement);
  } catch (error) {
    const code = codeOf(error);
    // Another server made it at the same moment: roles belong to the cluster, our lock to one database.
    if (code === "42710" || code === "23505") return;
    if (code !== FORBIDDEN) throw error;
    const mend = `Let an administrator run: ${statement}; grant ${role} to the user of DATABASE_URL.`;
    throw new AppError("BAD_CONFIG", `The database user may not create the role ${role}. ${mend}`, { cause: error });
  }
};

/** From version 16 on, whoever makes a role is a member that may grant it, and may yet not take it on. */
const MAY_TAKE_ON = `
  select rolsuper or pg_has_role(oid, $1, case when current_setting('server_version_num')::int < 160000
      then 'member' else 'set' end) as may, quote_ident(rolname) as who
  from pg_roles where rolname = current_user`;

const takeOn = async (client: Client, role: string): Promise<void> => {
  const { rows } = await client.query<{ may: boolean; who: string }>(MAY_TAKE_ON, [role]);
  if (rows[0] === undefined || rows[0].may) return;
  const statement = `grant ${role} to ${rows[0].who}`;
  try {
    await client.query(statement);
  } catch (error) {
    if (codeOf(error) !== FORBIDDEN) throw error;
    const mend = `Let an administrator run: ${statement}`;
    throw new AppError("BAD_CONFIG", `The database user may not take on the role ${role}. ${mend}`, { cause: error });
  }
};
