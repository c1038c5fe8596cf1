import { AppError } from "@zerotrace/core";
import type { PoolConfig } from "pg";
import type { EmbeddedPostgres } from "./embedded.ts";

/** The role that requests run under: no superuser, subject to row-level security. */
export const APP_ROLE = "zerotrace_app";
/** The role of jobs: also reads and writes the global tables, still subject to row-level security. */
export const SERVICE_ROLE = "zerotrace_service";

/** How to connect as the owner of the schema (migrations, queue), and as the two roles. */
export interface Connections {
  owner: PoolConfig;
  app: PoolConfig;
  service: PoolConfig;
}

/**
 * The connections of the embedded server, or of a DATABASE_URL. A DATABASE_URL's user owns the schema and takes on the
 * roles at connect (`options=-c role=…`); migrate() makes the roles and grants them. Throws BAD_CONFIG for a bad URL.
 */
export const connectionsOf = (source: Pick<EmbeddedPostgres, "connection"> | string): Connections => {
  if (typeof source === "string") {
    return { owner: urlConfig(source), app: urlConfig(source, APP_ROLE), service: urlConfig(source, SERVICE_ROLE) };
  }
  const { host, port, superuser, database } = source.connection;
  const as = (user: string): PoolConfig => ({ host, port, database, user });
  return { owner: as(superuser), app: as(APP_ROLE), service: as(SERVICE_ROLE) };
};

const urlConfig = (text: string, role?: string): PoolConfig => {
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) {
    throw new AppError("BAD_CONFIG", "DATABASE_URL must look like postgres://user:password@host:5432/database.");
  }
  const url = new URL(text);
  // Options written in the URL win over those beside it, so the role is added to them.
  const inUrl = url.searchParams.get("options") ?? "";
  url.searchParams.delete("options");
  const options = [inUrl, role === undefined ? "" : `-c role=${role}`].filter((part) => part !== "").join(" ");
  return { connectionString: url.href, ...(options === "" ? {} : { options }) };
};
