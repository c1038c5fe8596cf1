import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { startApi, type TestApi, type TestCompany } from "../../../../../test/support/api.ts";
import { type CompanyKeys, createCompanyKeys, localMasterKeys } from "../../platform/crypto/index.ts";
import { markAllDirty } from "../assets/index.ts";
import { refreshCompany, signedIn, writeAsset, writeMatches } from "../decisions/fixtures.ts";
import { decisionRoutes } from "../decisions/index.ts";
import { fixRoutes, refreshFixes } from "../fixes/index.ts";
import { invitationRoutes } from "../invitations/index.ts";
import { createBackOff, createPasswords, peopleRoutes } from "../people/index.ts";
import { settingRoutes } from "../settings/index.ts";
import { workRoutes } from "../work/index.ts";
import { startMailServer, type TestMailServer } from "./fixtures.ts";
import {
  createSender,
  mailLinkOf,
  mailRoutes,
  type MailServer,
  mailServerOf,
  type SendDeps,
  sendMails,
} from "./index.ts";

/** A person of a company, signed in. */
export interface MailPerson {
  readonly id: string;
  readonly email: string;
  readonly cookie: string;
}

/** A server that sends to a real mail server on this machine; its companies are new in each test. */
export interface MailWorld {
  readonly api: TestApi;
  readonly mails: TestMailServer;
  readonly keys: CompanyKeys;
  readonly deps: SendDeps;
  company: TestCompany;
  other: TestCompany;
  /** New companies, and a mail server that took nothing yet. */
  begin(): Promise<void>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came
  own(text: string, ...values: unknown[]): Promise<any[]>;
  call(
    method: string,
    path: string,
    as: { token?: string; cookie?: string },
    body?: unknown,
  ): ReturnType<TestApi["call"]>;
  /** Lets the time of everything that waits come, and runs the job. */
  send(more?: Partial<SendDeps>, signal?: AbortSignal): Promise<void>;
  person(role?: string, named?: string): Promise<MailPerson>;
  /** A host with two weak packages, of which one can be fixed. */
  host(labels?: string[]): Promise<void>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came
  state(): Promise<any>;
  close(): Promise<void>;
}

const EVERYTHING = { components: null, holders: null, holderCounts: null } as Parameters<typeof refreshFixes>[2];

const apiWith = (keys: CompanyKeys, server: MailServer): Promise<TestApi> => {
  const publicUrl = () => "https://zt.example";
  return startApi(({ forget }) => {
    const people = {
      forget,
      publicUrl,
      passwords: createPasswords({ memory: 64, passes: 1, parallelism: 1 }),
      backOff: createBackOff(),
      factors: { factorsOf: async () => [] },
      mailLink: mailLinkOf({ keys }),
    };
    return [
      ...mailRoutes({ server, publicUrl }),
      ...peopleRoutes(people),
      ...invitationRoutes(people),
      ...fixRoutes({ onClaimed: async () => undefined }),
      ...decisionRoutes({ version: "1.0.0", onChanged: markAllDirty }),
      ...workRoutes({ onChanged: markAllDirty, quotas: { storage: async () => undefined } }),
      ...settingRoutes({ retentionDays: 365, auditRetentionDays: 730 }, async (tx, id) => keys.rotate(tx, id)),
    ];
  });
};

/** Starts all of it. */
export const startMailWorld = async (): Promise<MailWorld> => {
  const keys = createCompanyKeys(localMasterKeys({ variable: randomBytes(32).toString("base64"), path: "/nowhere" }));
  const mails = await startMailServer();
  const mailUrl = `smtp://127.0.0.1:${mails.port}`;
  const config = {
    mailUrl,
    mailFrom: "zt@platform.example",
    mailTls: "off",
    publicUrl: "https://zt.example/",
  } as const;
  const server = mailServerOf(config) as MailServer;
  const sender = createSender(server);
  const api = await apiWith(keys, server);
  const ids = await writeMatches(api);
  await api.owner.query("update component_match set fixed_in = '1.1' where component_id = $1", [ids["openssl"]]);
  const deps: SendDeps = { db: api.db, keys, log: pino({ level: "silent" }), server, sender };
  const world: MailWorld = {
    api,
    mails,
    keys,
    deps,
    company: await api.company(),
    other: await api.company(),
    begin: async () => {
      world.company = await api.company();
      world.other = await api.company();
      mails.taken.length = 0;
      mails.refused.clear();
      mails.isBusy = false;
    },
    own: (text, ...values) =>
      api.db.asServiceFor(world.company.id, (tx) => tx.query(text, [world.company.id, ...values])),
    call: (method, path, as, body) => {
      const headers = { origin: api.origin };
      return api.call(method, `/api/v1${path}`, { ...as, headers, ...(body === undefined ? {} : { body }) });
    },
    send: async (more = {}, signal = new AbortController().signal) => {
      await world.own("update mail set next_try_at = now() where company_id = $1 and state = 'waiting'");
      await world.own("update mail_company set next_try_at = now() where company_id = $1");
      await sendMails({ ...deps, ...more }, { companyId: world.company.id }, signal);
    },
    person: async (role = "admin", named) => {
      const cookie = await signedIn(api, world.company, role);
      const newest =
        "select person_id as id, email from membership where company_id = $1 order by created_at desc limit 1";
      const [row] = await world.own(newest);
      const rename = "update membership set name = $3 where company_id = $1 and person_id = $2";
      if (named !== undefined) await world.own(rename, row.id, named);
      return { ...row, cookie };
    },
    host: async (labels = []) => {
      const components = ["openssl", "bash"].map((name) => ids[name] as number);
      await writeAsset(api, world.company, { name: "one", labels, components });
      await refreshCompany(api, world.company);
      await api.db.asServiceFor(world.company.id, (tx) => refreshFixes(tx, world.company.id, EVERYTHING));
    },
    state: async () => (await world.call("GET", "/mail", { token: world.company.owner })).body,
    close: async () => {
      sender.close();
      await api.close();
      await mails.close();
    },
  };
  return world;
};
