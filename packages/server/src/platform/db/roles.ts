import { AppError } from "@zerotrace/core";
import type { Client } from "pg";
import { APP_ROLE, SERVICE_ROLE } from "./connections.ts";
import { codeOf } from "./faults.ts";

/**
 * Makes the two roles when they are missing, lets them connect, and lets the present user take them on. Refuses roles
 * that could pass by row-level security. Throws BAD_CONFIG with the statement to run when the user may not make roles.
 */
export const ensureRoles = async (client: Client): Promise<void> => {
  for (const role of [APP_ROLE, SERVICE_ROLE]) {
    await createRole(client, role);
    await client.query(`
      do $$ begin
        execute format('grant connect on database %I to ${role}', current_database());
        execute 'grant usage on schema public to ${role}';
        if not (select rolsuper from pg_roles where rolname = current_user)
          and not pg_has_role(current_user, '${role}', 'member') then
          execute format('grant ${role} to %I', current_user);
        end if;
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
    if (code !== "42501") throw error;
    const mend = `Let an administrator run: ${statement}; grant ${role} to the user of DATABASE_URL.`;
    throw new AppError("BAD_CONFIG", `The database user may not create the role ${role}. ${mend}`, { cause: error });
  }
};
