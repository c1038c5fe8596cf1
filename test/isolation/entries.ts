import { randomUUID } from "node:crypto";
import { FACTS, full, npm } from "../support/live.ts";
import type { Ask } from "./client.ts";
import { type Ids, KNOWN } from "./seeds.ts";
import { SINK_HOST } from "./world.ts";

/** How one route is asked for the objects of another company. */
export interface Entry {
  /** `of`: ids of whoever is asked about. `own`: ids of the caller's own company. */
  readonly ask: (of: Ids, own: Ids) => Ask;
  /** Ends the session that asks: each question needs a new one. */
  readonly spends?: true;
  /** Takes away what the rest needs: the company's own people use it after all else. */
  readonly last?: true;
  /** Why the answer changes though nobody did anything: the caller's own questions are in it. */
  readonly moves?: string;
  /** Statuses other than the route's that the owner gets for what is its own, and why. */
  readonly control?: { readonly statuses: readonly number[]; readonly why: string };
  /** Statuses other than 404 for an id of the path that nobody has, and why. */
  readonly absent?: { readonly statuses: readonly number[]; readonly why: string };
  /** Statuses 401 or 403 that have another reason than the permission, and which. */
  readonly refuses?: { readonly statuses: readonly number[]; readonly why: string };
  /** Callers, by name, who may see the objects of every company, and why. */
  readonly beyond?: { readonly callers: readonly string[]; readonly why: string };
}

const byId = (name: string, more: Omit<Entry, "ask"> = {}): Entry => ({
  ask: (of) => ({ params: { id: of[name] ?? "" } }),
  ...more,
});
const asks = (ask: Entry["ask"], more: Omit<Entry, "ask"> = {}): Entry => ({ ask, ...more });
/** Takes no id of anybody: only what it answers counts. */
const plain = (ask: Ask = {}, more: Omit<Entry, "ask"> = {}): Entry => ({ ask: () => ask, ...more });

const OWN_TRAIL = "the trail holds the refusals of the caller's own questions";
const NO_SUCH_TOKEN = { statuses: [401], why: "the secret in the body is nobody's" };

/** The provider runs every company by its number, and is asked for none that is there: it would be gone for the rest. */
const NO_COMPANY: Ask = { params: { companyId: "2147483000" } };
const NO_SUCH_COMPANY = { control: { statuses: [404], why: "there is no such company" } };
const PROVIDER = { callers: ["provider"], why: "the provider runs every company" };
const VISITS = { callers: ["provider"], why: "the provider's own trail has its visits too" };
const VISIT = "A reason that is long enough";

const NO_PERSON = { statuses: [403], why: "only a person who signed in has this" };
const HELPS = { callers: ["provider"], why: "the provider helps whoever is locked out" };
const NO_PASSKEY = {
  id: "AAAA",
  rawId: "AAAA",
  type: "public-key",
  response: { clientDataJSON: "e30", attestationObject: "oA", authenticatorData: "AA", signature: "AA" },
};
const STRONG = "violet otter climbs nine stairs";
const invitationOf = (of: Ids): string => `${of["tokenSecret"]}`.replace("zt_a_", "zt_i_");

const inventoryOf = (of: Ids): unknown => ({
  takenAt: new Date().toISOString(),
  facts: { ...FACTS, hostname: of["hostName"], machineId: of["machineId"] },
  sources: full({ npm: [npm(of["packageName"] ?? "", "1.0.0")] }),
});

const registryOf = (of: Ids) => ({
  name: of["registryName"] ?? "",
  host: SINK_HOST,
  rules: { repositories: [of["repositoryPattern"] ?? ""] },
  user: of["registryUser"] ?? "",
});

const identityProviderOf = (of: Ids): unknown => ({
  name: of["providerName"],
  domains: [of["providerDomain"]],
  oidc: { issuer: `https://${SINK_HOST}`, clientId: of["clientId"] },
});
const NOBODYS_COMPANY = "2147483647";
const NO_SIGN_ON = { control: { statuses: [404], why: "the provider is asked for in a company that is none" } };
const NOT_BEGUN = {
  refuses: { statuses: [401], why: "no sign-in was begun" },
  control: { statuses: [401], why: "no sign-in was begun" },
};

/** One line for each route of the contract, by `feature.name`. A route that is not here fails the test. */
export const ENTRIES: Readonly<Record<string, Entry>> = {
  "accessTokens.issueAccessToken": plain(
    { body: {} },
    {
      refuses: { statuses: [403], why: "only an API token is exchanged" },
      control: { statuses: [403], why: "the admin is a person" },
    },
  ),
  "accessTokens.listAccessTokens": plain({}, { moves: "access tokens end by themselves" }),
  "accessTokens.revokeAccessToken": asks((of) => ({ params: { jti: of["accessTokenId"] ?? "" } })),
  "accessTokens.getJwks": plain(),
  "accessTokens.listSigningKeys": plain({}, { beyond: PROVIDER }),
  "accessTokens.rotateSigningKeys": plain({ body: {} }, { moves: "each key is another", beyond: PROVIDER }),
  "advisories.listAdvisories": asks((of) => ({ query: { q: of["packageName"] ?? "" } })),
  "advisories.getAdvisory": plain({ params: { id: KNOWN.advisory } }),
  "advisories.getAdvisoryEpss": plain({ params: { id: KNOWN.advisory } }),
  "affected.getAffected": asks((of) => ({ query: { q: `pkg:npm/${of["packageName"]}` } })),
  "changes.listChanges": plain({}, { moves: "the end is now, and jobs of the caller's own company are counted" }),
  "agents.enroll": asks(
    (of, own) => ({
      body: {
        token: own["enrollmentToken"] ?? "",
        agentVersion: "1",
        facts: { ...FACTS, hostname: of["hostName"], machineId: of["machineId"] },
        formerAgentId: of["agentId"],
        replace: true,
      },
    }),
    { last: true },
  ),
  "agents.heartbeat": plain({ body: { agentVersion: "1" } }),
  "agents.rotate": plain({}, { spends: true }),
  "agents.listAgents": plain(),
  "agents.revokeAgent": byId("agentId"),
  "agents.requestInventory": byId("agentId"),
  "assets.listAssets": asks((of) => ({ query: { q: of["hostName"] ?? "" } })),
  "assets.getAsset": byId("assetId"),
  "assets.removeAsset": asks((of) => ({ params: { id: of["repositoryId"] ?? "" }, query: { dryRun: "true" } })),
  "assets.listAssetComponents": byId("assetId"),
  "assets.listAssetDeltas": byId("assetId"),
  "assets.listComponents": asks((of) => ({ query: { q: of["packageName"] ?? "" } })),
  "assets.getAssetDiff": asks((of) => ({
    params: { id: of["repositoryId"] ?? "" },
    query: { from: `branch:${of["branch"]}` },
  })),
  "audit.listAudit": asks((of) => ({ query: { target: of["tokenId"] ?? "" } })),
  "audit.exportAudit": plain({}, { moves: OWN_TRAIL, beyond: VISITS }),
  "audit.listAuditLinks": plain({}, { moves: OWN_TRAIL, beyond: VISITS }),
  "audit.verifyAudit": plain({}, { moves: OWN_TRAIL }),
  "audit.listAuditSinks": plain({}, { moves: OWN_TRAIL }),
  "audit.createAuditSink": asks(
    (of) => ({
      body: { name: of["sinkName"], url: `https://${SINK_HOST}/${of["sinkName"]}` },
    }),
    { control: { statuses: [409], why: "the name is taken" } },
  ),
  "audit.deleteAuditSink": byId("sinkId"),
  "companies.listCompanies": plain({}, { beyond: PROVIDER }),
  "companies.getCompany": plain(NO_COMPANY, NO_SUCH_COMPANY),
  "companies.createCompany": asks(() => ({ body: { name: randomUUID(), adminEmail: "ann@example.com" } }), {
    moves: "each company has a number of its own",
  }),
  "companies.renameCompany": plain({ ...NO_COMPANY, body: { name: "x" } }, NO_SUCH_COMPANY),
  "companies.suspendCompany": plain({ ...NO_COMPANY, body: { reason: VISIT } }, NO_SUCH_COMPANY),
  "companies.resumeCompany": plain(NO_COMPANY, NO_SUCH_COMPANY),
  "companies.enterCompany": plain({ ...NO_COMPANY, body: { reason: VISIT, role: "viewer" } }, NO_SUCH_COMPANY),
  "companies.listEntries": plain(),
  "companies.endEntry": byId("entryId"),
  "companies.getOwnEntry": plain(),
  "companies.leaveCompany": plain({}, { control: { statuses: [409], why: "nobody entered" } }),
  "companies.startExport": plain(
    {},
    { moves: "one export is under way at a time", control: { statuses: [409], why: "one is under way" } },
  ),
  "companies.listExports": plain({}, { moves: "exports end by themselves" }),
  "companies.downloadExport": byId("exportId"),
  "companies.deleteOwnCompany": plain(
    { body: { name: "another name" } },
    {
      control: { statuses: [400, 403], why: "the name is another, and only the owner may" },
      refuses: { statuses: [403], why: "only the owner asks for the deletion" },
    },
  ),
  "companies.deleteCompany": plain({ ...NO_COMPANY, body: { name: "x", reason: VISIT } }, NO_SUCH_COMPANY),
  "companies.undoDeletion": plain(NO_COMPANY, NO_SUCH_COMPANY),
  "companies.listDeletions": plain({}, { beyond: PROVIDER }),
  "companies.getCertificate": plain(NO_COMPANY, NO_SUCH_COMPANY),
  "explain.explain": asks((of) => ({ query: { purl: of["purl"] ?? "" } })),
  "factors.listFactors": plain({}, { refuses: NO_PERSON }),
  "factors.startTotp": plain({ body: { label: "phone" } }, { refuses: NO_PERSON, moves: "each secret is a new one" }),
  "factors.confirmTotp": plain(
    { params: { id: randomUUID() }, body: { code: "000000" } },
    { refuses: NO_PERSON, control: { statuses: [404], why: "no app waits for its code" } },
  ),
  "factors.renewRecoveryCodes": plain(
    { body: {} },
    { refuses: NO_PERSON, control: { statuses: [409], why: "there is no factor yet" } },
  ),
  "factors.passkeyAddOptions": plain(
    { body: {} },
    { refuses: NO_PERSON, control: { statuses: [400], why: "the server has no name here" } },
  ),
  "factors.addPasskey": plain(
    { body: { label: "laptop", response: NO_PASSKEY } },
    { refuses: NO_PERSON, control: { statuses: [400], why: "the response is none" } },
  ),
  "factors.removeFactor": asks((of) => ({ params: { id: of["factorId"] ?? "" }, body: {} }), {
    refuses: NO_PERSON,
    control: { statuses: [404], why: "it is a colleague's" },
  }),
  "factors.signInSecond": plain(
    { body: { ticket: "x".repeat(43), kind: "totp", code: "000000" } },
    { refuses: NO_SUCH_TOKEN, control: NO_SUCH_TOKEN },
  ),
  "factors.passkeySignInOptions": plain({}, { control: { statuses: [400], why: "the server has no name here" } }),
  "factors.signInByPasskey": plain(
    { body: { response: NO_PASSKEY } },
    { control: { statuses: [400], why: "the server has no name here" } },
  ),
  "factors.resetFactors": byId("personId", { beyond: HELPS }),
  "feeds.getFeeds": plain(),
  "feeds.syncFeeds": plain(),
  "feeds.listGenerations": plain(),
  "feeds.rollbackFeeds": plain(
    { body: { generation: "ffffffff" } },
    { control: { statuses: [404], why: "no such generation" } },
  ),
  "feeds.importBundle": plain(
    { body: "no bundle", type: "application/octet-stream" },
    { control: { statuses: [400], why: "no bundle" } },
  ),
  "feeds.getCoverage": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.listFindings": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.exportFindings": asks((of) => ({ query: { assetId: of["assetId"] ?? "", format: "json", status: "all" } })),
  "assets.exportAssets": asks((of) => ({ query: { q: of["hostName"] ?? "", format: "json" } })),
  "assets.exportComponents": asks((of) => ({ query: { q: of["packageName"] ?? "", format: "json" } })),
  "findings.listFindingAdvisories": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.listFindingSources": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "findings.getFinding": byId("findingId"),
  "findings.listFindingAssets": byId("findingId"),
  "findings.listFixes": asks((of) => ({ query: { assetId: of["assetId"] ?? "" } })),
  "health.live": plain(),
  "health.ready": plain(),
  "health.metrics": plain(
    {},
    {
      moves: "it measures the questions too",
      control: { statuses: [403], why: "A is not the company that runs the platform" },
      refuses: { statuses: [403], why: "only the company that runs the platform sees figures of all" },
    },
  ),
  "inventory.compareDigests": plain({ body: { digests: { npm: "a".repeat(64) } } }),
  "inventory.putInventory": asks((of) => ({ body: inventoryOf(of) }), {
    moves: "it counts what changed since the question before",
  }),
  "invitations.createInvitation": asks((of) => ({ body: { email: of["inviteEmail"], role: "viewer" } })),
  "invitations.listInvitations": plain(),
  "invitations.revokeInvitation": byId("invitationId"),
  "invitations.lookAtInvitation": asks((of) => ({ body: { token: invitationOf(of) } }), {
    refuses: NO_SUCH_TOKEN,
    control: NO_SUCH_TOKEN,
  }),
  "invitations.acceptInvitation": asks((of) => ({ body: { token: invitationOf(of), name: "Ann", password: STRONG } }), {
    refuses: NO_SUCH_TOKEN,
    control: NO_SUCH_TOKEN,
  }),
  "invitations.joinByInvitation": asks((of) => ({ body: { token: invitationOf(of) } }), {
    refuses: { statuses: [401, 403], why: `${NO_SUCH_TOKEN.why}, and only a person joins` },
    control: NO_SUCH_TOKEN,
  }),
  "jobs.listJobs": plain({}, { moves: "jobs run" }),
  "me.changeMe": plain({ body: { name: "Ann" } }, { refuses: NO_PERSON }),
  "me.changePassword": plain(
    { body: { password: "password1" } },
    { refuses: NO_PERSON, control: { statuses: [400], why: "it is too easy to guess" } },
  ),
  "me.listMySessions": plain({}, { refuses: NO_PERSON, moves: "the walk signs in again and again" }),
  "me.endMySession": byId("sessionId", {
    refuses: NO_PERSON,
    control: { statuses: [404], why: "it is a colleague's" },
  }),
  "me.endMyOtherSessions": plain({}, { refuses: NO_PERSON, moves: "the question after finds no other session" }),
  "me.listSessions": asks((of) => ({ query: { personId: of["colleagueId"] ?? "" } })),
  "me.endSession": byId("sessionId"),
  "people.signInByPassword": asks((of) => ({ body: { email: of["memberEmail"], password: STRONG } }), {
    refuses: { statuses: [401], why: "the password is wrong" },
    control: { statuses: [401], why: "the password is wrong" },
  }),
  "people.switchCompany": plain(
    { body: { companyId: 2_147_483_647 } },
    { refuses: NO_PERSON, control: { statuses: [404], why: "there is no such company" } },
  ),
  "people.listPeople": asks((of) => ({ query: { q: of["memberEmail"] ?? "" } })),
  "people.getPerson": byId("personId"),
  "people.changePerson": asks((of) => ({ params: { id: of["personId"] ?? "" }, body: { labels: ["site:a"] } })),
  "people.deactivatePerson": byId("personId"),
  "people.reactivatePerson": byId("personId"),
  "people.removePerson": byId("personId"),
  "people.transferOwnership": byId("personId", {
    control: { statuses: [409], why: "the admin who asks is not the owner" },
  }),
  "people.createResetLink": asks((of) => ({ body: { email: of["memberEmail"] } }), {
    beyond: HELPS,
  }),
  "people.resetPassword": plain(
    { body: { token: "x".repeat(43), password: STRONG } },
    { refuses: NO_SUCH_TOKEN, control: NO_SUCH_TOKEN },
  ),
  "registries.listRegistries": plain({}, { moves: "registries are looked at" }),
  "registries.listRegistryTags": byId("registryId"),
  "registries.createRegistry": asks((of) => ({ body: registryOf(of) }), {
    control: { statuses: [409], why: "the name is taken" },
  }),
  "registries.updateRegistry": asks((of) => ({ params: { id: of["registryId"] ?? "" }, body: registryOf(of) })),
  "registries.lookAtRegistry": byId("registryId"),
  "registries.testRegistry": asks((of) => {
    const { host, rules, user } = registryOf(of);
    return { body: { id: of["registryId"], host, rules, user } };
  }),
  "registries.deleteRegistry": byId("registryId"),
  "roles.listRoles": plain(),
  "roles.createRole": asks((of) => ({ body: { name: of["roleName"], permissions: ["assets:read"] } }), {
    control: { statuses: [409], why: "the name is taken" },
  }),
  "roles.changeRole": asks((of) => ({
    params: { id: of["roleId"] ?? "" },
    body: { name: of["roleName"], permissions: ["assets:read", "jobs:read"] },
  })),
  "roles.deleteRole": byId("roleId", { control: { statuses: [409], why: "an invitation or a person has it" } }),
  "scim.scimConfig": plain(),
  "scim.scimResourceTypes": plain(),
  "scim.scimSchemas": plain(),
  "scim.scimListUsers": asks((of) => ({ query: { filter: `userName eq "${of["colleagueEmail"]}"` } })),
  "scim.scimGetUser": byId("colleagueId"),
  "scim.scimCreateUser": asks((of) => ({ body: { userName: of["inviteEmail"] } }), {
    control: { statuses: [409], why: "the email is taken" },
  }),
  "scim.scimReplaceUser": asks((of) => ({
    params: { id: of["colleagueId"] ?? "" },
    body: { userName: of["colleagueEmail"] },
  })),
  "scim.scimPatchUser": asks((of) => ({
    params: { id: of["colleagueId"] ?? "" },
    body: { Operations: [{ op: "replace", path: "displayName", value: "Ann" }] },
  })),
  "scim.scimDeleteUser": byId("colleagueId"),
  "scim.scimListGroups": asks((of) => ({ query: { filter: `displayName eq "${of["groupName"]}"` } })),
  "scim.scimGetGroup": byId("groupId"),
  "scim.scimCreateGroup": asks((of) => ({ body: { displayName: of["groupName"] } }), {
    control: { statuses: [409], why: "the name is taken" },
  }),
  "scim.scimReplaceGroup": asks((of) => ({
    params: { id: of["groupId"] ?? "" },
    body: { displayName: of["groupName"], members: [] },
  })),
  "scim.scimPatchGroup": asks((of) => ({
    params: { id: of["groupId"] ?? "" },
    body: { Operations: [{ op: "add", path: "members", value: [] }] },
  })),
  "scim.scimDeleteGroup": byId("groupId"),
  "sessions.signIn": asks((of) => ({ body: { token: `${of["tokenSecret"]}`.replace("zt_a_", "zt_l_") } }), {
    refuses: NO_SUCH_TOKEN,
    control: { statuses: [401], why: "the token is no sign-in link" },
  }),
  "sessions.getSession": plain(),
  "sessions.signOut": plain(
    {},
    { spends: true, control: { statuses: [200, 400], why: "only a session is signed out" } },
  ),
  "sessions.createLink": plain(),
  "settings.getSettings": plain(),
  "settings.putSettings": plain({ body: { "session.absolute_hours": 700 } }),
  "sso.listIdentityProviders": plain(),
  "sso.createIdentityProvider": asks((of) => ({ body: identityProviderOf(of) }), {
    control: { statuses: [409], why: "the name is taken" },
  }),
  "sso.updateIdentityProvider": asks((of) => ({
    params: { id: of["providerId"] ?? "" },
    body: identityProviderOf(of),
  })),
  "sso.deleteIdentityProvider": byId("providerId"),
  "sso.testIdentityProvider": byId("providerId"),
  "sso.unlinkIdentity": asks((of) => ({ params: { id: of["providerId"] ?? "", personId: of["colleagueId"] ?? "" } }), {
    control: { statuses: [404], why: "nobody signed in by it yet" },
  }),
  "sso.signInOptions": plain({ query: { email: "ann@example.com" } }),
  "sso.startSignIn": asks((of) => ({ params: { company: NOBODYS_COMPANY, id: of["providerId"] ?? "" } }), NO_SIGN_ON),
  "sso.oidcCallback": plain({ query: { code: "x", state: "x" } }, NOT_BEGUN),
  "sso.samlMetadata": asks((of) => ({ params: { company: NOBODYS_COMPANY, id: of["providerId"] ?? "" } }), NO_SIGN_ON),
  "sso.samlResponse": asks(
    (of) => ({
      params: { company: NOBODYS_COMPANY, id: of["providerId"] ?? "" },
      body: "SAMLResponse=none",
      type: "application/x-www-form-urlencoded",
    }),
    NO_SIGN_ON,
  ),
  "sso.finishSignIn": plain({ query: { ticket: "x" } }, NOT_BEGUN),
  "stats.getStats": plain({}, { moves: "jobs of the caller's own company are counted" }),
  "stats.getAssetTrend": byId("assetId"),
  "tokens.createToken": plain({ body: { kind: "enrollment", label: "x" } }),
  "tokens.listTokens": plain({}, { moves: "tokens say when they were used last" }),
  "tokens.revokeToken": byId("tokenId"),
  "tokens.rotateToken": asks((of) => ({ params: { id: of["tokenId"] ?? "" }, body: {} })),
  "uploads.addSbom": asks(
    (of) => ({
      query: {
        uploadId: of["uploadId"] ?? "",
        name: of["repositoryName"] ?? "",
        branch: of["branch"] ?? "",
        kind: "repository",
      },
      body: JSON.stringify({ bomFormat: "CycloneDX", specVersion: "1.5", components: [] }),
      type: "application/octet-stream",
    }),
    { control: { statuses: [409], why: "the id is taken" } },
  ),
  "uploads.scanImage": asks((of) => ({ body: { reference: "192.0.2.1/none:1", name: of["repositoryName"] } })),
  "uploads.listUploads": plain(),
  "uploads.getUpload": byId("uploadId"),
  "vex.listVex": plain(),
  "vex.addVex": asks((of) => ({
    body: {
      name: of["vexName"],
      document: {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": `https://example.com/${randomUUID()}`,
        author: "x",
        timestamp: "2026-01-01T00:00:00Z",
        version: 1,
        statements: [{ vulnerability: { name: "CVE-2020-1" }, products: [{ "@id": "pkg:npm/x@1" }], status: "fixed" }],
      },
    },
  })),
  "vex.getVex": byId("vexId"),
  "vex.listVexStatements": byId("vexId"),
  "vex.removeVex": byId("vexId"),
  "views.listViews": plain(),
  "views.createView": asks((of) => ({ body: { noun: "findings", name: of["viewName"], shared: true } }), {
    refuses: { statuses: [403], why: "a shared view needs more than looking" },
    control: { statuses: [409], why: "the name is taken" },
  }),
  "views.changeView": asks((of) => ({
    params: { id: of["viewId"] ?? "" },
    body: { name: of["viewName"], shared: true },
  })),
  "views.deleteView": byId("viewId"),
  "assets.listAssetLabels": plain(),
  "assets.setAssetLabels": asks((of) => ({ params: { id: of["assetId"] ?? "" }, body: { labels: ["x"] } })),
  "assets.changeAssetLabels": asks((of) => ({ body: { ids: [of["assetId"]], add: ["y"] } })),
  "limits.getLimits": plain({}, { moves: "the caller's own use is counted" }),
  "limits.getCompanyLimits": plain({ params: { id: "2147483000" } }, NO_SUCH_COMPANY),
  "limits.setCompanyLimits": plain({ params: { id: "2147483000" }, body: { limits: {} } }, NO_SUCH_COMPANY),
};
