import { OWNER_PERMISSIONS, type Permission, READ_PERMISSIONS } from "@zerotrace/core/schema";
import type { Pool } from "pg";
import { pino } from "pino";
import {
  createAuthenticator,
  insertCredential,
  newToken,
  type VerifyAccessToken,
} from "../../packages/server/src/platform/auth/index.ts";
import type { Database } from "../../packages/server/src/platform/db/index.ts";
import { createHttp, type Endpoint } from "../../packages/server/src/platform/http/index.ts";
import { writeAudit } from "../../packages/server/src/features/audit/index.ts";
import { standingOf } from "../../packages/server/src/features/roles/index.ts";
import { sessionLimitsOf } from "../../packages/server/src/features/sessions/index.ts";
import { testDatabase } from "./database.ts";

/** A company with an API token that may do everything and one that may only look. */
export interface TestCompany {
  readonly id: number;
  readonly name: string;
  readonly owner: string;
  readonly reader: string;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test asserts on what came, whatever its type says
  readonly body: any;
}

/** A real server over HTTP on a real database, with some endpoints. */
export interface TestApi {
  readonly db: Database;
  /** The owner of the schema. */
  readonly owner: Pool;
  readonly origin: string;
  call(
    method: string,
    path: string,
    options?: { token?: string; cookie?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<TestAnswer>;
  company(): Promise<TestCompany>;
  apiToken(companyId: number, permissions: readonly Permission[]): Promise<string>;
  /** The audit trail of a company, oldest first. */
  audits(
    companyId: number,
  ): Promise<{ actor: string; action: string; target: string; detail: Record<string, unknown> }[]>;
  close(): Promise<void>;
}

let companies = 0;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Starts the server on a free port; `endpointsOf` gets what a composition root would give the features. */
export const startApi = async (
  endpointsOf: (given: {
    db: Database;
    forget: (credentialId: string) => void;
    forgetCompany: (companyId: number) => void;
  }) => Endpoint[],
  options: { verifyAccessToken?: (db: Database) => VerifyAccessToken } = {},
): Promise<TestApi> => {
  const database = await testDatabase();
  const { db } = database;
  const verifyAccessToken = options.verifyAccessToken?.(db);
  const auth = createAuthenticator({
    db,
    standingOf,
    sessionLimitsOf,
    ...(verifyAccessToken === undefined ? {} : { verifyAccessToken }),
  });
  const endpoints = endpointsOf({
    db,
    forget: (id) => auth.forget(id),
    forgetCompany: (id) => auth.forgetCompany(id),
  });
  const log = pino({ level: "silent" });
  const http = await createHttp({
    db,
    auth,
    audit: writeAudit,
    log,
    endpoints,
    checkAnswers: true,
    // a test says by X-Forwarded-For which address it comes from
    trustedProxy: "127.0.0.1",
  });
  const origin = await http.listen({ host: "127.0.0.1", port: 0 });

  const apiToken: TestApi["apiToken"] = async (companyId, permissions) => {
    const { secret, hash } = newToken("api", companyId);
    const label = permissions.length > READ_PERMISSIONS.length ? "all" : "some";
    const credential = { companyId, kind: "api", hash, subject: `token:${label}`, permissions } as const;
    await db.withCompany(companyId, (tx) => insertCredential(tx, credential));
    return secret;
  };

  return {
    db,
    owner: database.owner,
    origin,
    apiToken,
    call: async (method, path, { token, cookie, body, headers } = {}) => {
      const answer = await fetch(origin + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(cookie === undefined ? {} : { cookie }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, headers: answer.headers, body: parse(await answer.text()) };
    },
    company: async () => {
      companies += 1;
      const name = `company ${process.pid}-${companies}`;
      const [row] = await db.asService((tx) =>
        tx.query<{ id: number }>("insert into company (name) values ($1) returning id", [name]),
      );
      const id = (row as { id: number }).id;
      return { id, name, owner: await apiToken(id, OWNER_PERMISSIONS), reader: await apiToken(id, READ_PERMISSIONS) };
    },
    audits: (companyId) =>
      db.withCompany(companyId, (tx) =>
        tx.query("select actor, action, target, detail from audit_event where company_id = $1 order by id", [
          companyId,
        ]),
      ),
    close: async () => {
      await http.close();
      await database.close();
    },
  };
};
