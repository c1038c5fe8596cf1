import { BUILT_IN_ROLES, type BuiltInRoleId, OWNER_PERMISSIONS, type Permission } from "@zerotrace/core/schema";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { insertCredential, newToken } from "../../packages/server/src/platform/auth/index.ts";
import { type Database, openDatabase } from "../../packages/server/src/platform/db/index.ts";
import { openSession } from "../../packages/server/src/features/sessions/index.ts";
import { FACTS, type Live, type OsvRecord, startLive } from "../support/live.ts";
import { postmasterOf } from "../support/postmaster.ts";
import { type Client, createClient } from "./client.ts";

/** Someone who asks: a role of a company, a program, an agent, or nobody. */
export interface Caller {
  readonly name: string;
  /** Null: shows no credential. */
  readonly permissions: readonly Permission[] | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The same with a new credential, because limits count by credential. Programs have none. */
  readonly again?: () => Promise<Caller>;
}

/** A company with everybody who can act for it. */
export interface Company {
  readonly id: number;
  readonly admin: Caller;
  readonly agent: Caller;
  /** Each built-in role as a person's session, a program with all of the owner's permissions, the agent. */
  readonly callers: readonly Caller[];
}

/** A whole server with companies in it. */
export interface World {
  readonly live: Live;
  readonly db: Database;
  readonly client: Client;
  /** The company that runs the platform. */
  readonly provider: Company;
  /** Makes another company. */
  company(name: string): Promise<Company>;
  /** An administrator who sees only the assets with these labels. */
  bound(companyId: number, labels: readonly string[]): Promise<Caller>;
  stop(): Promise<void>;
}

/** Text that nobody guesses and that stands in one place only. */
export const marker = (): string => `zq${randomBytes(9).toString("hex")}`;

/** A host of an audit sink that the operator allows; nothing answers there. */
export const SINK_HOST = "192.0.2.1";

export const NOBODY: Caller = { name: "nobody", permissions: null, headers: {} };

const openAs = async (dataDir: string): Promise<Database> => {
  const { host, port } = await postmasterOf(dataDir);
  const as = (user: string) => ({ host, port, user, database: "zerotrace" });
  return openDatabase({ app: as("zerotrace_app"), service: as("zerotrace_service"), onError: () => undefined });
};

/** A new session of a person; the cookie as a browser sends it. */
const openCookie = (db: Database, companyId: number, personId: string, email: string): Promise<string> =>
  db.withCompany(companyId, async (tx) => {
    const context = { now: new Date(), ip: "127.0.0.1", userAgent: "test", secure: false };
    const { cookie } = await openSession(tx, context, { companyId, subject: email, method: "password", personId });
    return cookie.split(";")[0] as string;
  });

/** A person of the company in a role, signed in by password. */
const signIn = async (
  live: Live,
  db: Database,
  companyId: number,
  role: BuiltInRoleId,
  labels: readonly string[] | null = null,
): Promise<Caller> => {
  const email = `${role}-${randomBytes(6).toString("hex")}@example.com`;
  const [person] = await db.asService((tx) =>
    tx.query<{ id: string }>("insert into person (email, name) values ($1, $2) returning id", [email, role]),
  );
  const { id } = person as { id: string };
  await db.withCompany(companyId, (tx) =>
    tx.query(
      `insert into membership (company_id, person_id, email, name, role, labels, source)
       values ($1, $2, $3, $4, $5, $6, 'server')`,
      [companyId, id, email, role, role, labels],
    ),
  );
  const caller = (own: string): Caller => ({
    name: role,
    permissions: BUILT_IN_ROLES[role].permissions,
    headers: { cookie: own, origin: live.server.url },
    again: async () => caller(await openCookie(db, companyId, id, email)),
  });
  return caller(await openCookie(db, companyId, id, email));
};

const program = async (db: Database, companyId: number): Promise<Caller> => {
  const { secret, hash } = newToken("api", companyId);
  const permissions = OWNER_PERMISSIONS;
  await db.withCompany(companyId, (tx) =>
    insertCredential(tx, { companyId, kind: "api", hash, subject: "token:program", label: "program", permissions }),
  );
  return { name: "program", permissions, headers: { authorization: `Bearer ${secret}` } };
};

const enroll = async (live: Live, db: Database, companyId: number): Promise<Caller> => {
  const { secret, hash } = newToken("enrollment", companyId);
  const row = { companyId, kind: "enrollment", hash, subject: "test", permissions: [], usesLeft: 1 } as const;
  await db.withCompany(companyId, (tx) => insertCredential(tx, row));
  const facts = { ...FACTS, hostname: `agent-${companyId}`, machineId: marker() };
  const body = { token: secret, agentVersion: "1", facts };
  let answer = await live.call("POST", "/api/v1/agents/enroll", { body });
  for (; answer.status === 429; answer = await live.call("POST", "/api/v1/agents/enroll", { body })) {
    await sleep(1_000);
  }
  if (answer.status !== 201) throw new Error(`enroll: ${JSON.stringify(answer.body)}`);
  return {
    name: "agent",
    permissions: ["agents:report"],
    headers: { authorization: `Bearer ${answer.body.credential}` },
    again: () => enroll(live, db, companyId),
  };
};

const populate = async (live: Live, db: Database, id: number): Promise<Company> => {
  const isProvider = id === live.server.companyId;
  const roles = (Object.keys(BUILT_IN_ROLES) as BuiltInRoleId[]).filter((role) => isProvider || role !== "provider");
  const people = await Promise.all(roles.map((role) => signIn(live, db, id, role)));
  const agent = await enroll(live, db, id);
  const admin = people.find(({ name }) => name === "admin") as Caller;
  return { id, admin, agent, callers: [...people, await program(db, id), agent] };
};

/** Starts a server with these advisories and no company but the provider's. */
export const startWorld = async (
  records: Readonly<Record<string, readonly OsvRecord[]>>,
  given: { config?: object } = {},
): Promise<World> => {
  const live = await startLive(records, {
    config: { auditSinkHosts: [SINK_HOST], ssoHosts: [SINK_HOST], webhookHosts: [SINK_HOST], ...given.config },
  });
  await live.server.settled();
  const db = await openAs(live.dataDir);
  const client = createClient(live.server.url);
  return {
    live,
    db,
    client,
    provider: await populate(live, db, live.server.companyId),
    company: async (name) => {
      const [row] = await db.asService((tx) =>
        tx.query<{ id: number }>("insert into company (name) values ($1) returning id", [name]),
      );
      return populate(live, db, (row as { id: number }).id);
    },
    bound: (companyId, labels) => signIn(live, db, companyId, "admin", labels),
    stop: async () => {
      client.close();
      await db.close();
      await live.stop();
    },
  };
};
