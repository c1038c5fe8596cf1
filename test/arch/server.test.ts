import { PERMISSIONS } from "@zerotrace/core/schema";
import { expect, test } from "vitest";
import { contract } from "../../packages/server/src/contract.ts";
import { filesIn, foldersIn, isTest, read, SOURCES } from "./source.ts";

const SERVER = SOURCES.filter(({ path }) => path.startsWith("packages/server/src/"));
const FEATURES = "packages/server/src/features";
const featureOf = (path: string): string => /^packages\/server\/src\/features\/([^/]+)\//.exec(path)?.[1] ?? "";
/** A folder `access-tokens` is `accessTokens` in the contract. */
const keyOf = (folder: string): string => folder.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const partOf = (path: string): string => /\/src\/platform\/([^/]+)\//.exec(path)?.[1] ?? "";
const inPlatform = (path: string): boolean => path.startsWith("packages/server/src/platform/");
const isMain = (path: string): boolean => /^packages\/server\/src\/[^/]+\.ts$/.test(path);

/** Tests of the platform that put real routes and a real protocol through it. */
const PLATFORM_TESTS_WITH_FEATURES = [
  "packages/server/src/platform/http/server.test.ts",
  "packages/server/src/platform/realtime/hub.test.ts",
];

const edges = SERVER.flatMap(({ path, imports }) =>
  imports.flatMap(({ target }) => (target?.startsWith("packages/server/") ? [{ path, target }] : [])),
);

test("the platform knows no feature and neither knows the composition root", () => {
  const wrong = edges.filter(({ path, target }) => {
    if (PLATFORM_TESTS_WITH_FEATURES.includes(path)) return false;
    if (inPlatform(path)) return featureOf(target) !== "" || isMain(target);
    return featureOf(path) !== "" && isMain(target);
  });
  expect(wrong).toEqual([]);
});

test("a feature reaches another only through its index.ts, a contract through contracts", () => {
  const wrong = edges.filter(({ path, target }) => {
    const [from, to] = [featureOf(path), featureOf(target)];
    if (to === "" || from === to || inPlatform(path)) return false;
    const door = target.slice(`${FEATURES}/${to}/`.length);
    if (path.endsWith("/contract.ts")) return door !== "contract.ts";
    if (isTest(path)) return false;
    return door !== "index.ts" && door !== "contract.ts";
  });
  expect(wrong).toEqual([]);
});

test("a feature and the root reach the platform only through a part's index.ts", () => {
  const wrong = edges.filter(({ path, target }) => {
    if (!inPlatform(target) || inPlatform(path) || isTest(path)) return false;
    return !/^packages\/server\/src\/platform\/[a-z]+\/index\.ts$/.test(target);
  });
  expect(wrong).toEqual([]);
});

const cycleIn = (graph: ReadonlyMap<string, ReadonlySet<string>>): string[] | null => {
  const done = new Set<string>();
  const walk = (node: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return null;
    for (const next of [...(graph.get(node) ?? [])].sort()) {
      const cycle = walk(next, [...trail, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return null;
  };
  for (const node of [...graph.keys()].sort()) {
    const cycle = walk(node, []);
    if (cycle) return cycle;
  }
  return null;
};

const graphOf = (nameOf: (path: string) => string, counts: (path: string, target: string) => boolean) => {
  const graph = new Map<string, Set<string>>();
  for (const { path, target } of edges) {
    const [from, to] = [nameOf(path), nameOf(target)];
    if (from === "" || to === "" || from === to || isTest(path) || !counts(path, target)) continue;
    graph.set(from, (graph.get(from) ?? new Set()).add(to));
  }
  return graph;
};

test("features do not import each other in a circle", () => {
  // contracts are words, not behavior: a file cycle among them is oxlint's to find
  expect(cycleIn(graphOf(featureOf, (_, target) => !target.endsWith("/contract.ts")))).toBeNull();
});

test("parts of the platform do not import each other in a circle", () => {
  expect(cycleIn(graphOf(partOf, () => true))).toBeNull();
});

test("a circle would be found", () => {
  const graph = new Map([
    ["a", new Set(["b"])],
    ["b", new Set(["c"])],
    ["c", new Set(["b"])],
  ]);
  expect(cycleIn(graph)).toEqual(["b", "c", "b"]);
});

test("the contract holds exactly the features that have routes", () => {
  const withRoutes = foldersIn(FEATURES).filter((feature) =>
    SERVER.some(
      ({ path, text }) => path === `${FEATURES}/${feature}/contract.ts` && /^export const routes\b/m.test(text),
    ),
  );
  expect(Object.keys(contract).sort()).toEqual(withRoutes.map(keyOf).sort());
});

test("every feature is a folder with an index.ts that the composition or another feature uses", () => {
  const used = new Set(edges.filter(({ path }) => !isTest(path)).map(({ target }) => target));
  expect(foldersIn(FEATURES).filter((feature) => !used.has(`${FEATURES}/${feature}/index.ts`))).toEqual([]);
});

const routes = Object.values(contract).flatMap((group) => Object.entries(group));

test("every route is public, for anyone signed in, or names a permission that exists", () => {
  const known: readonly string[] = ["public", "signed-in", ...PERMISSIONS];
  expect(routes.filter(([, route]) => !known.includes(route.permission)).map(([name]) => name)).toEqual([]);
});

/** Each open door, with the reason. A new one has to be written here. */
const PUBLIC = {
  acceptInvitation: "proves itself by the invitation's token in its body",
  enroll: "proves itself by the enrollment token in its body",
  lookAtInvitation: "proves itself by the invitation's token in its body",
  finishSignIn: "proves itself by a sealed ticket and the cookie of the browser that began",
  forgotPassword: "whoever forgot a password has nothing to prove with; it answers everybody the same",
  getJwks: "whoever is shown an access token verifies it by the public keys",
  live: "a process manager asks whether the process answers",
  passkeySignInOptions: "a challenge that is worth nothing without the passkey",
  signInByPasskey: "proves itself by a passkey",
  signInSecond: "proves itself by a ticket and a code",
  oidcCallback: "proves itself by a code of the identity provider and the cookie of the browser that began",
  ready: "a load balancer asks; details need a credential",
  resetPassword: "proves itself by the reset link's token in its body",
  signInByPassword: "proves itself by the password in its body",
  samlMetadata: "an identity provider reads it; it holds addresses only",
  samlResponse: "proves itself by an assertion that the identity provider signed",
  signIn: "proves itself by the one-time link's token in its body",
  signInOptions: "tells the ways to sign in, by the domain of an email alone",
  startSignIn: "sends the browser to an identity provider",
};

test("public routes are these and no others", () => {
  expect(
    routes
      .filter(([, { permission }]) => permission === "public")
      .map(([name]) => name)
      .sort(),
  ).toEqual(Object.keys(PUBLIC).sort());
});

test("every permission guards a route", () => {
  const named = new Set(routes.map(([, { permission }]) => permission));
  expect(PERMISSIONS.filter((permission) => !named.has(permission))).toEqual([]);
});

test("no two routes share a method and path, and all lie below /api/v1, /health, /metrics, /scim/v2 or /.well-known", () => {
  const addresses = routes.map(([, { method, path }]) => `${method} ${path.replaceAll(/:\w+/g, ":")}`);
  expect(addresses.filter((address, i) => addresses.indexOf(address) !== i)).toEqual([]);
  expect(
    routes.filter(([, { path }]) => !/^\/(api\/v1|health|metrics|scim\/v2|\.well-known)(\/|$)/.test(path)),
  ).toEqual([]);
});

test("every route of the contract is implemented in its feature", () => {
  const missing = Object.entries(contract).flatMap(([feature, group]) => {
    const code = SERVER.filter(
      ({ path }) => keyOf(featureOf(path)) === feature && !isTest(path) && !path.endsWith("/contract.ts"),
    );
    return Object.keys(group).filter((name) => !code.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text)));
  });
  expect(missing).toEqual([]);
});

/** Who writes each table: a feature, or a part of the platform. */
const OWNERS: Record<string, string> = {
  access_token: "platform/auth",
  advisory: "features/feeds",
  advisory_record: "features/feeds",
  asset: "features/assets",
  asset_day: "features/stats",
  audit_checkpoint: "features/audit",
  audit_event: "features/audit",
  audit_link: "features/audit",
  audit_sink: "features/audit",
  bulk_action: "features/work",
  canary_run: "features/canary",
  company: "features/companies",
  agent_chain: "features/agents",
  company_ca: "features/agents",
  company_computed: "features/enrichment",
  company_export: "features/companies",
  company_limit: "features/limits",
  company_total: "features/stats",
  company_usage: "features/limits",
  company_setting: "features/settings",
  company_data_key: "platform/crypto",
  component: "features/components",
  component_place: "features/inventory",
  component_match: "features/components",
  credential: "platform/auth",
  daily_stat: "features/stats",
  dashboard: "features/dashboards",
  decision: "features/decisions",
  decision_asset: "features/decisions",
  decision_finding: "features/decisions",
  feed_generation: "features/feeds",
  finding: "features/findings",
  finding_attachment: "features/work",
  finding_change: "features/work",
  finding_comment: "features/work",
  finding_mention: "features/work",
  finding_work: "features/work",
  fix: "features/fixes",
  fix_component: "features/fixes",
  fix_part: "features/fixes",
  fix_work: "features/fixes",
  held_component: "features/assets",
  identity_link: "features/sso",
  identity_provider: "features/sso",
  inventory: "features/inventory",
  invitation: "features/invitations",
  mail: "features/mail",
  mail_choice: "features/mail",
  mail_company: "features/mail",
  mail_text: "features/mail",
  membership: "features/people",
  person: "features/people",
  provider_entry: "features/companies",
  passkey_challenge: "features/factors",
  person_factor: "features/factors",
  person_device: "features/people",
  person_network: "features/people",
  person_ticket: "features/people",
  registry: "features/registries",
  registry_tag: "features/registries",
  risk_rule: "features/risk",
  role: "features/roles",
  inventory_delta: "features/inventory",
  outbox: "features/stream",
  package: "features/components",
  schema_migration: "platform/db",
  saved_view: "features/views",
  scim_group: "features/scim",
  scim_group_member: "features/scim",
  scim_user: "features/scim",
  sso_seen: "features/sso",
  signing_key: "features/access-tokens",
  stale_source: "features/feeds",
  upload: "features/uploads",
  vex_document: "features/vex",
  vex_effect: "features/vex",
  vex_statement: "features/vex",
  webhook: "features/webhooks",
  webhook_delivery: "features/webhooks",
  webhook_event: "features/webhooks",
};

const WRITE =
  /\b(?:insert\s+into|delete\s+from|merge\s+into|truncate(?:\s+table)?|update(?=\s+[a-z_]+(?:\s+(?:as\s+)?[a-z]+)?\s+set\b)|copy(?=\s+[a-z_]+\s*\([^)]*\)\s+from\b))\s+(?:only\s+)?"?([a-z_]+)/gi;
/** Temporary tables of one transaction, filled by COPY. */
const TEMPORARY = /_stage$/;
/** `copy ${table} …`: a table's name is written out, so that this test sees it. */
const HIDDEN = /\b(?:insert\s+into|delete\s+from|merge\s+into|update|copy)\s+\$\{/i;
/** graphile-worker's own table has no migration of ours. */
const HIDDEN_ALLOWED = ["packages/server/src/platform/queue/schema.ts"];

const writesOf = (text: string): string[] => [...text.matchAll(WRITE)].map(([, table]) => table?.toLowerCase() ?? "");

const tablesOfMigrations = (): string[] => {
  const sql = filesIn("packages/server/migrations/*.sql").map(read).join("\n");
  return [...sql.matchAll(/^create table (?:if not exists )?([a-z_]+)/gm)].map(([, name]) => name ?? "");
};

test("every table has an owner", () => {
  expect([...tablesOfMigrations(), "schema_migration"].sort()).toEqual(Object.keys(OWNERS).sort());
});

test("a table is written only by the sql.ts of its owner", () => {
  const wrong = SERVER.filter(({ path }) => !isTest(path)).flatMap(({ path, code }) =>
    writesOf(code)
      .filter((table) => {
        const owner = OWNERS[table];
        if (owner === undefined) return !TEMPORARY.test(table);
        const inOwner = path.startsWith(`packages/server/src/${owner}/`);
        const inSql = /\/([a-z-]+-)?sql\.ts$/.test(path) || path.endsWith("/platform/db/migrate.ts");
        return !inOwner || !inSql;
      })
      .map((table) => `${path} writes ${table}`),
  );
  expect(wrong).toEqual([]);
});

test("the name of a written table is never computed", () => {
  const wrong = SERVER.filter(({ path, text }) => !isTest(path) && HIDDEN.test(text) && !HIDDEN_ALLOWED.includes(path));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test("the ownership test sees every kind of write", () => {
  const writes = [
    "insert into asset (a) values (1)",
    "update finding f set a = 1",
    "UPDATE component SET a = 1",
    "delete from outbox o using x",
    "copy advisory_record (id, doc) from stdin binary",
  ];
  expect(writes.flatMap(writesOf)).toEqual(["asset", "finding", "component", "outbox", "advisory_record"]);
  expect(writesOf("select 1 from asset for update of asset")).toEqual([]);
});
