import { AppError } from "@zerotrace/core";
import { PERMISSIONS } from "@zerotrace/core/schema";
import { createAuthenticator, type Credential, type CredentialKind, newToken } from "../auth/index.ts";
import type { Database, Statement, Tx } from "../db/index.ts";
import { createLog } from "../log/index.ts";
import type { AuditRow, Endpoint } from "./types.ts";
import { createHttp, type HttpOptions } from "./server.ts";

interface Stored extends Credential {
  hash: Buffer;
  previous: Buffer | null;
}
type Changes = Partial<{ -readonly [K in keyof Credential]: Credential[K] }>;

/** A database of credentials only, in memory, for tests of the outer half. */
export const fakeDatabase = () => {
  const rows: Stored[] = [];
  const state = { lookUps: 0, down: false, at: new Date("2026-01-01T00:00:00Z") };
  const alive = (c: Stored) => c.revokedAt === null && (c.expiresAt === null || c.expiresAt > state.at);
  const answer = (companyId: number, sql: string, values: readonly unknown[]): unknown[] => {
    const own = rows.filter((row) => row.companyId === companyId && row.companyId === values[0]);
    const hash = (at: number) => (row: Stored) => row.hash.equals(values[at] as Buffer);
    if (sql.includes("previous_hash = $2")) {
      const since = values[2] as Date;
      const former = (c: Stored) =>
        c.kind === values[4] && c.previous?.equals(values[1] as Buffer) && c.rotatedAt && c.rotatedAt > since;
      return own.filter((row) => alive(row) && former(row)).map((row) => ({ ...row, companyState: "active" }));
    }
    if (sql.startsWith("select id from")) return own.filter((row) => row.id === values[1] && alive(row));
    if (sql.startsWith("select")) {
      state.lookUps += 1;
      return own.filter((row) => alive(row) && hash(1)(row)).map((row) => ({ ...row, companyState: "active" }));
    }
    const row = own.find((one) => one.id === values[1]);
    if (!row) return [];
    if (sql.includes("set hash")) {
      if (!hash(2)(row)) return [];
      Object.assign(row, { hash: values[3], previous: values[2], rotatedAt: values[4] });
    } else if (sql.includes("previous_hash = null")) Object.assign(row, { previous: null });
    else Object.assign(row, { lastUsedAt: values[2] });
    return [row];
  };
  const withCompany: Database["withCompany"] = async (companyId, run) => {
    if (state.down) throw new AppError("DATABASE_UNAVAILABLE", "connect /run/inner: refused");
    const query = async (sql: string, values: readonly unknown[] = []) => answer(companyId, sql, values);
    const tx = { query, prepared: (_: string, sql: string, values?: readonly unknown[]) => query(sql, values) };
    return run(tx as unknown as Tx);
  };
  const add = (kind: CredentialKind, changes: Changes = {}) => {
    const { secret, hash } = newToken(kind, changes.companyId ?? 7);
    const row: Stored = {
      id: crypto.randomUUID(),
      companyId: 7,
      kind,
      subject: "ann",
      label: "",
      permissions: PERMISSIONS,
      assetId: null,
      personId: null,
      labels: null,
      method: null,
      ip: null,
      userAgent: null,
      awaitsFactor: false,
      ranges: null,
      enrolledBy: null,
      agentsMax: null,
      createdAt: state.at,
      rotatedAt: null,
      previousUntil: null,
      expiresAt: null,
      usesLeft: null,
      lastUsedAt: null,
      revokedAt: null,
      ...changes,
      hash,
      previous: null,
    };
    rows.push(row);
    return { secret, row: row as { -readonly [K in keyof Stored]: Stored[K] } };
  };
  const readCompany = async (companyId: number, { text, values }: Statement) => answer(companyId, text, values);
  return { db: { withCompany, withCompanyPlanned: withCompany, readCompany } as unknown as Database, add, state, rows };
};

/** A real server on a free port with that database; `lines` holds what it logged and `audits` what it recorded. */
export const startServer = async (
  endpoints: Endpoint[],
  options: Partial<HttpOptions> & { host?: string; port?: number } = {},
) => {
  const fake = fakeDatabase();
  const lines: Record<string, unknown>[] = [];
  const audits: AuditRow[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLog({ level: "info", version: "test", to: { write } });
  const auth = createAuthenticator({ db: fake.db, now: () => fake.state.at });
  const audit = async (_: Tx, row: AuditRow) => void audits.push(row);
  const server = await createHttp({ db: fake.db, auth, audit, log, endpoints, checkAnswers: true, ...options });
  const origin = await server.listen({ host: options.host ?? "127.0.0.1", port: options.port ?? 0 });
  return { ...fake, auth, log, server, origin, lines, audits };
};
