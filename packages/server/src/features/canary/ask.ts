import type { Permission, Route } from "@zerotrace/core";
import type { FastifyInstance } from "fastify";
import { randomBytes, randomUUID } from "node:crypto";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import type { Database } from "../../platform/db/index.ts";

/** How long the credentials of one check are good, in ms. */
const CREDENTIAL_MS = 10 * 60_000;

/** An answer of the server to itself. */
export interface Told {
  readonly status: number;
  readonly text: string;
}

/** Asks the server's own routes, with every check that a request from outside goes through. */
export type Ask = (method: "GET" | "POST", url: string, body?: { text: string; type: string }) => Promise<Told>;

/** A real credential of a company for one check. */
export const credentialFor = async (
  db: Database,
  companyId: number,
  permissions: readonly Permission[],
  now: Date,
): Promise<string> => {
  const { secret, hash } = newToken("api", companyId);
  const expiresAt = new Date(now.getTime() + CREDENTIAL_MS);
  const token = { companyId, kind: "api", hash, subject: "canary", label: "canary", permissions, expiresAt } as const;
  await db.withCompany(companyId, (tx) => insertCredential(tx, token));
  return secret;
};

/** Asks with a credential, in this process. */
export const askWith =
  (app: FastifyInstance, credential: string): Ask =>
  async (method, url, body) => {
    const headers = { authorization: `Bearer ${credential}`, ...(body ? { "content-type": body.type } : {}) };
    const answer = await app.inject({ method, url, headers, ...(body ? { payload: body.text } : {}) });
    return { status: answer.statusCode, text: answer.payload };
  };

/** What the holder has: ids by which it is asked for, and texts that stand nowhere else. */
export interface Held {
  readonly ids: readonly string[];
  readonly texts: readonly string[];
}

const marker = (): string => `canary-${randomBytes(12).toString("hex")}`;

const json = (value: unknown, type = "application/json") => ({ text: JSON.stringify(value), type });

const seed = async (ask: Ask): Promise<void> => {
  const part = { type: "library", name: "isolation-canary", version: "1.0.0", purl: "pkg:npm/isolation-canary@1.0.0" };
  const sbom = { bomFormat: "CycloneDX", specVersion: "1.5", components: [part] };
  const query = new URLSearchParams({
    kind: "repository",
    name: marker(),
    branch: marker(),
    file: marker(),
  }).toString();
  await ask("POST", `/api/v1/sboms?${query}`, json(sbom, "application/octet-stream"));
  const statement = {
    vulnerability: { name: "CVE-0000-0000" },
    products: [{ "@id": "pkg:npm/isolation-canary@1.0.0" }],
    status: "fixed",
  };
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://example.com/${marker()}`,
    author: marker(),
    timestamp: "2026-01-01T00:00:00Z",
    version: 1,
    statements: [statement],
  };
  await ask("POST", "/api/v1/vex", json({ name: marker(), document }));
};

const LISTS = ["/api/v1/assets", "/api/v1/uploads", "/api/v1/vex"] as const;

const look = async (ask: Ask): Promise<Record<string, unknown>[]> => {
  const rows: Record<string, unknown>[] = [];
  for (const url of LISTS) {
    const { status, text } = await ask("GET", url);
    const own = status === 200 ? (JSON.parse(text) as { rows: Record<string, unknown>[] }).rows : [];
    if (own.length === 0) return [];
    rows.push(...own);
  }
  return rows;
};

/** What the holder has; made where something is missing. Throws when it cannot be made. */
export const holdings = async (ask: Ask): Promise<Held> => {
  let rows = await look(ask);
  if (rows.length === 0) {
    await seed(ask);
    rows = await look(ask);
  }
  if (rows.length === 0) throw new Error("the canary's objects could not be made");
  const texts = rows
    .flatMap((row) => Object.values(row))
    .filter((v) => typeof v === "string" && v.startsWith("canary-"));
  return { ids: rows.map((row) => String(row["id"])), texts: [...new Set(texts as string[])] };
};

/** A route with every parameter of its path set to one value. */
const urlOf = (route: Route, value: string): string => route.path.replaceAll(/:\w+/g, encodeURIComponent(value));

/** Asks one route that reads as the spy; answers what is wrong and how many questions it took. */
export const spyOn = async (ask: Ask, route: Route, held: Held): Promise<{ faults: string[]; count: number }> => {
  const name = `GET ${route.path}`;
  const says = ({ status, text }: Told): string[] => [
    ...(status >= 500 ? [`${name} answers ${status}`] : []),
    ...(held.texts.some((one) => text.includes(one)) ? [`${name} shows what is another company's`] : []),
  ];
  if (!route.path.includes(":")) {
    const told = await ask("GET", route.path);
    const ids = held.ids.some((id) => told.text.includes(id)) ? [`${name} names another company's objects`] : [];
    return { faults: [...says(told), ...ids], count: 1 };
  }
  const nobody = await ask("GET", urlOf(route, randomUUID()));
  const faults = says(nobody);
  for (const id of held.ids) {
    const told = await ask("GET", urlOf(route, id));
    faults.push(...says(told));
    if (told.status !== nobody.status)
      faults.push(`${name} answers ${told.status} for another's and ${nobody.status} for nobody's`);
    if (told.status < 400) faults.push(`${name} finds what is another company's`);
  }
  return { faults, count: held.ids.length + 1 };
};
