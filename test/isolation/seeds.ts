import { setTimeout as sleep } from "node:timers/promises";
import { randomUUID } from "node:crypto";
import { upsertMember } from "../../packages/server/src/features/people/index.ts";
import { openSession } from "../../packages/server/src/features/sessions/index.ts";
import { FACTS, full, npm } from "../support/live.ts";
import { bodyOf } from "./client.ts";
import { work } from "./seeds-work.ts";
import { type Caller, type Company, marker, SINK_HOST, type World } from "./world.ts";

/** Ids, names and secrets of a company's objects, by what they are. */
export type Ids = Readonly<Record<string, string>>;

/** What makes objects of one kind; answers their ids and each text of them that nobody else may see. */
type Seed = (s: Seeding) => Promise<Ids>;

export interface Seeding {
  readonly world: World;
  readonly company: Company;
  /** What earlier seeds made. */
  readonly ids: Ids;
  // oxlint-disable-next-line typescript/no-explicit-any -- a seed picks ids out of answers
  readonly ask: (method: string, path: string, body?: unknown, as?: Caller, type?: string) => Promise<any>;
}

/** The one package of which the feed of the world knows a weakness; everybody may know of both. */
/** The id of the fix of that package, which both companies need. */
const FIX = Buffer.from("+npm\nleft").toString("base64url");
export const KNOWN = { package: "left", fixed: "2.0.0", advisory: "CVE-2026-0002", fix: FIX } as const;

const host: Seed = async ({ world, ask }) => {
  const [hostName, machineId, packageName, versionTag, laterName] = Array.from({ length: 5 }, marker) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const token = await ask("POST", "/api/v1/tokens", { kind: "enrollment", label: marker(), maxUses: 1000 });
  const facts = { ...FACTS, hostname: hostName, machineId };
  const enrolled = await ask("POST", "/api/v1/agents/enroll", { token: token.secret, agentVersion: "1", facts });
  const device = { name: "device", permissions: [], headers: { authorization: `Bearer ${enrolled.credential}` } };
  const version = `1.0.0-${versionTag}`;
  for (const more of [[], [npm(laterName, "1.0.0")]]) {
    const sources = full({ npm: [npm(KNOWN.package, version), npm(packageName, "1.0.0"), ...more] });
    await ask("PUT", "/api/v1/inventory", { takenAt: new Date().toISOString(), facts, sources }, device);
  }
  await world.live.server.settled();
  for (let tries = 0; tries < 100; tries += 1) {
    const findings = await ask("GET", "/api/v1/findings");
    if (findings.rows.length > 0) {
      const findingId = findings.rows[0].id;
      const purl = `pkg:npm/${packageName}@1.0.0`;
      const { assetId, agentId } = enrolled;
      const enrollmentToken = token.secret;
      const own = { hostName, machineId, packageName, versionTag, laterName, purl };
      return { ...own, assetId, agentId, findingId, enrollmentTokenId: token.id, enrollmentToken };
    }
    await sleep(100);
  }
  throw new Error("the seeded host has no finding");
};

const repository: Seed = async ({ ask }) => {
  const [repositoryName, branch, uploadName, part] = [marker(), marker(), marker(), marker()];
  const sbom = JSON.stringify({
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    components: [{ type: "library", name: part, version: "1.0.0", purl: `pkg:npm/${part}@1.0.0` }],
  });
  const query = new URLSearchParams({ kind: "repository", name: repositoryName, branch, file: uploadName }).toString();
  const upload = await ask("POST", `/api/v1/sboms?${query}`, sbom, undefined, "application/octet-stream");
  return { repositoryName, branch, uploadName, part, uploadId: upload.id, repositoryId: upload.assetId };
};

const vex: Seed = async ({ ask, ids }) => {
  const [vexName, vexAuthor, vexNote] = [marker(), marker(), marker()];
  const document = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": `https://example.com/${vexName}`,
    author: vexAuthor,
    timestamp: "2026-01-01T00:00:00Z",
    version: 1,
    statements: [
      {
        vulnerability: { name: KNOWN.advisory },
        products: [{ "@id": `pkg:npm/${KNOWN.package}@1.0.0-${ids["versionTag"]}` }],
        status: "under_investigation",
        status_notes: vexNote,
      },
    ],
  };
  const made = await ask("POST", "/api/v1/vex", { name: vexName, document });
  return { vexName, vexAuthor, vexNote, vexId: made.id };
};

const decision: Seed = async ({ ask, ids }) => {
  const [decisionReason, decisionOwner] = [marker(), marker()];
  const expiresAt = new Date(Date.now() + 30 * 86_400_000).toISOString();
  const scope = `host:${ids["hostName"]} advisory:CVE-1999-0001`;
  const made = await ask("POST", "/api/v1/decisions", {
    kind: "accept_risk",
    scope,
    reason: decisionReason,
    owner: decisionOwner,
    expiresAt,
  });
  return { decisionReason, decisionOwner, decisionId: made.id };
};

const fix: Seed = async ({ ask }) => {
  const fixNote = marker();
  await ask("PATCH", `/api/v1/fixes/${KNOWN.fix}`, { note: fixNote });
  return { fixNote };
};

const token: Seed = async ({ ask }) => {
  const tokenLabel = marker();
  const body = { kind: "api", label: tokenLabel, permissions: ["assets:read"] };
  const { id, secret } = await ask("POST", "/api/v1/tokens", body);
  const bearer = { name: "token", permissions: [], headers: { authorization: `Bearer ${secret}` } };
  const access = await ask("POST", "/api/v1/access-tokens", {}, bearer);
  return { tokenLabel, tokenId: id, tokenSecret: secret, accessTokenId: access.id };
};

const sink: Seed = async ({ ask }) => {
  const sinkName = marker();
  const body = { name: sinkName, url: `https://${SINK_HOST}/${sinkName}` };
  const made = await ask("POST", "/api/v1/audit/sinks", body);
  return { sinkName, sinkId: made.id };
};

const registry: Seed = async ({ ask }) => {
  const [registryName, registryUser, repositoryPattern, registryPassword] = [marker(), marker(), marker(), marker()];
  const rules = { repositories: [repositoryPattern] };
  const body = { name: registryName, host: SINK_HOST, rules, user: registryUser, password: registryPassword };
  const made = await ask("POST", "/api/v1/registries", body);
  return { registryName, registryUser, repositoryPattern, registryPassword, registryId: made.id };
};

const visit: Seed = async ({ world, company, ask }) => {
  const visitReason = `asked for help ${marker()}`;
  const visitor = world.provider.callers.find(({ name }) => name === "provider");
  const body = { reason: visitReason, role: "viewer", minutes: 480 };
  const entered = await ask("POST", `/api/v1/companies/${company.id}/entries`, body, visitor);
  return { visitReason, entryId: entered.id };
};

const exported: Seed = async ({ ask }) => {
  const { id: exportId } = await ask("POST", "/api/v1/company/exports");
  for (let tries = 0; tries < 300; tries += 1) {
    const { rows } = await ask("GET", "/api/v1/company/exports");
    if (rows[0].state === "done") return { exportId };
    await sleep(100);
  }
  throw new Error("the export is not done");
};

const people: Seed = async ({ world, company, ask }) => {
  const [roleName, memberEmail, inviteEmail, colleagueEmail] = [
    marker(),
    `${marker()}@example.com`,
    `${marker()}@example.com`,
    `${marker()}@example.com`,
  ];
  const { id: roleId } = await ask("POST", "/api/v1/roles", { name: roleName, permissions: ["assets:read"] });
  const invited = await ask("POST", "/api/v1/invitations", { email: inviteEmail, role: roleId });
  const member = { email: memberEmail, name: marker(), role: roleId, labels: null, source: "server" } as const;
  const colleague = { ...member, email: colleagueEmail, name: marker(), role: "viewer" } as const;
  return world.db.asServiceFor(company.id, async (tx) => {
    const { personId } = await upsertMember(tx, company.id, member);
    const { personId: colleagueId } = await upsertMember(tx, company.id, colleague);
    const context = { now: new Date(), ip: "127.0.0.1", userAgent: "test", secure: false };
    const session = { companyId: company.id, subject: colleagueEmail, method: "password" } as const;
    const { id: sessionId } = await openSession(tx, context, { ...session, personId: colleagueId });
    const factorLabel = marker();
    const [factor] = await tx.query<{ id: string }>(
      `insert into person_factor (person_id, kind, label, credential_id, public_key, counter, rp_id, confirmed_at)
       values ($1, 'passkey', $2, $3, '', 0, 'localhost', now()) returning id`,
      [colleagueId, factorLabel, Buffer.from(factorLabel)],
    );
    const names = { factorLabel, roleName, memberEmail, memberName: member.name, inviteEmail, colleagueEmail };
    return { ...names, roleId, invitationId: invited.id, personId, colleagueId, sessionId, factorId: factor?.id ?? "" };
  });
};

const signOn: Seed = async ({ ask, ids }) => {
  const [groupName, providerName, clientId, mappedGroup, domainName] = Array.from({ length: 5 }, marker);
  const members = [{ value: ids["colleagueId"] }];
  // before anything is mapped, so that the colleague's role stays
  const group = await ask("POST", "/scim/v2/Groups", { displayName: groupName, members });
  const providerDomain = `${domainName}.example`;
  const made = await ask("POST", "/api/v1/identity-providers", {
    name: providerName,
    domains: [providerDomain],
    mappings: [{ group: mappedGroup, role: "viewer" }],
    oidc: { issuer: `https://${SINK_HOST}`, clientId },
  });
  const names = { groupName, providerName, clientId, mappedGroup, providerDomain } as Ids;
  return { ...names, groupId: group.id, providerId: made.id };
};

const view: Seed = async ({ ask }) => {
  const [viewName, viewQuery] = [marker(), marker()];
  const body = { noun: "findings", name: viewName, query: viewQuery, shared: true };
  const made = await ask("POST", "/api/v1/views", body);
  return { viewName, viewQuery, viewId: made.id };
};

const dashboard: Seed = async ({ ask, ids }) => {
  const [dashboardName, widgetTitle] = [marker(), marker()];
  const place = { x: 0, y: 0, w: 4, h: 3 };
  const widgets = [{ id: "one", kind: "bar", title: widgetTitle, viewId: ids["viewId"], ...place }];
  const made = await ask("POST", "/api/v1/dashboards", { name: dashboardName, widgets, shared: true });
  return { dashboardName, widgetTitle, dashboardId: made.id };
};

const webhook: Seed = async ({ ask }) => {
  const webhookName = marker();
  const url = `https://${SINK_HOST}/${webhookName}`;
  const made = await ask("POST", "/api/v1/webhooks", { name: webhookName, url, kinds: ["decision.made"] });
  const { deliveryId } = await ask("POST", `/api/v1/webhooks/${made.id}/test`);
  return { webhookName, webhookId: made.id, webhookSecret: made.secret.slice(6), deliveryId };
};

/** One line for each kind of object; later ones may use what earlier ones made. */
/** Words of mails of the company's own. */
const mailText: Seed = async ({ ask }) => {
  const mailSubject = marker();
  const text = { subject: mailSubject, opening: "Hello {person}", closing: "" };
  await ask("PUT", "/api/v1/mail/texts/invitation/en", text);
  return { mailSubject };
};

const SEEDS: readonly Seed[] = [
  host,
  repository,
  vex,
  decision,
  fix,
  token,
  sink,
  registry,
  visit,
  exported,
  people,
  signOn,
  mailText,
  view,
  work,
  dashboard,
  webhook,
];

/** Makes one object of each kind in the company; answers all their ids. */
export const seed = async (world: World, company: Company): Promise<Ids> => {
  let ids: Ids = {};
  const ask: Seeding["ask"] = async (method, path, body, as = company.admin, type) => {
    const sent = bodyOf({ body, ...(type === undefined ? {} : { type }) });
    const headers = { ...as.headers, ...sent.headers };
    const answer = await world.client.send({ ...sent, method, path, headers, address: "127.0.1.1" });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return JSON.parse(answer.text);
  };
  for (const make of SEEDS) ids = { ...ids, ...(await make({ world, company, ids, ask })) };
  await world.live.server.settled();
  return ids;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The same names with values of the same form that nobody has. */
export const strangersOf = (ids: Ids): Ids =>
  Object.fromEntries(
    Object.entries(ids).map(([name, value]) => [
      name,
      UUID.test(value) ? randomUUID() : value.replaceAll(/zq[0-9a-f]{18}/g, marker),
    ]),
  );
