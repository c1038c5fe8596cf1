import type { Live, LiveAnswer } from "./live.ts";
import { PASSWORD } from "./people.ts";
import { daysAgo } from "./screens-fleet.ts";

/** Who looks at the pages in the pictures. */
export const VIEWER = { email: "ann.lee@example.com", password: PASSWORD } as const;

type Call = (method: string, path: string, body?: unknown) => Promise<LiveAnswer["body"]>;

/** Calls a route as the command line does; throws what the server answers instead. */
export const asCli =
  (live: Live): Call =>
  async (method, path, body) => {
    const answer = await live.call(method, path, body === undefined ? {} : { body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };

/** Somebody who follows an invitation; calls routes as that person. */
const joined = async (live: Live, email: string, name: string): Promise<Call> => {
  const { url } = await asCli(live)("POST", "/api/v1/invitations", { email, role: "admin" });
  const token = new URLSearchParams(new URL(url).hash.slice(1)).get("token");
  const headers = { "content-type": "application/json", origin: live.server.url };
  const answer = await fetch(`${live.server.url}/api/v1/invitations/accept`, {
    method: "POST",
    headers,
    body: JSON.stringify({ token, name, password: PASSWORD }),
  });
  if (answer.status !== 201) throw new Error(`join: ${await answer.text()}`);
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  return async (method, path, body) => {
    const made = await fetch(live.server.url + path, {
      method,
      headers: { ...headers, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!made.ok) throw new Error(`${method} ${path}: ${await made.text()}`);
    const text = await made.text();
    return text === "" ? {} : JSON.parse(text);
  };
};

/** The company's figures of the last 90 days, as if it had been there all the time. */
const fillDays = async (live: Live): Promise<void> => {
  const client = await live.sql("zerotrace");
  try {
    await client.query("update company set name = 'Example Systems' where id = $1", [live.server.companyId]);
    await client.query("begin");
    await client.query("select set_config('app.company_id', $1, true)", [String(live.server.companyId)]);
    await client.query(
      `insert into daily_stat (company_id, day, risk, critical, high, medium, low, none, unknown)
       select $1, (now() at time zone 'UTC')::date - n, 92 + n * 0.07 + (n % 6) * 0.2, 3 + n / 40, 5 + n / 18, 3 + n / 30, 1 + n / 25, 0, 0
       from generate_series(1, 90) n on conflict do nothing`,
      [live.server.companyId],
    );
    await client.query(
      "update finding set first_seen_at = now() - make_interval(days => (cvss * 7)::int % 30 + 1) where company_id = $1 and status = 'open'",
      [live.server.companyId],
    );
    await client.query("commit");
  } finally {
    await client.end();
  }
};

const inDays = (days: number): string => daysAgo(-days).slice(0, 10);
/** The id of a fix: its ecosystem and source package. */
export const fixId = (ecosystem: string, name: string): string =>
  Buffer.from(`+${ecosystem}\n${name}`).toString("base64url");

const AT = { x: 0, y: 0, w: 3, h: 3 } as const;
/** What stands on the dashboard of the pictures. */
export const WIDGETS = [
  { id: "a", kind: "number", title: "Critical", query: "severity:critical", ...AT },
  { id: "b", kind: "number", title: "Known to be exploited", query: "kev:true", ...AT, x: 3 },
  { id: "c", kind: "number", title: "With a fix", query: "fix:yes", ...AT, x: 6 },
  { id: "d", kind: "number", title: "New in 7 days", query: "seen:7d", ...AT, x: 9 },
  { id: "e", kind: "trend", title: "Open findings", days: 90, x: 0, y: 3, w: 6, h: 5 },
  { id: "f", kind: "bar", title: "By severity", x: 6, y: 3, w: 6, h: 5 },
  { id: "g", kind: "map", title: "Where the risk is", group: "asset", measure: "risk", x: 0, y: 8, w: 6, h: 6 },
  { id: "h", kind: "heat", title: "Labels by severity", group: "label", x: 6, y: 8, w: 6, h: 6 },
  { id: "i", kind: "table", title: "Packages", group: "package", measure: "risk", x: 0, y: 14, w: 12, h: 5 },
];

/** People, fixes that somebody works on, comments, decisions, rules, a webhook, a goal and a dashboard. Answers ids by noun. */
export const fillWork = async (live: Live): Promise<{ findings: string; dashboards: string }> => {
  const cli = asCli(live);
  const ann = await joined(live, VIEWER.email, "Ann Lee");
  const ben = await joined(live, "ben.roe@example.com", "Ben Roe");
  const { rows: people } = await cli("GET", "/api/v1/colleagues");
  const idOf = (name: string): string => people.find((one: { name: string }) => one.name === name)?.id ?? "";
  await fillDays(live);
  await cli("PUT", "/api/v1/settings", { "goal.risk": 40, "goal.day": inDays(60) });
  await cli("PUT", "/api/v1/risk/rules", {
    rules: [
      { name: "Web servers face the internet", condition: "label:web", criticality: "high", exposure: "internet" },
      { name: "Databases hold what matters", condition: "label:db", criticality: "critical", exposure: "internal" },
      { name: "Lab", condition: "label:lab", criticality: "low", exposure: null },
    ],
  });
  await live.server.settled();
  const work: [string, string, object][] = [
    ["Debian:12", "openssl", { state: "in_work", assigneeId: idOf("Ben Roe"), dueOn: inDays(3) }],
    ["Debian:12", "nginx", { state: "planned", assigneeId: idOf("Ann Lee"), dueOn: inDays(-1) }],
    ["npm", "lodash", { state: "done", assigneeId: idOf("Ben Roe") }],
  ];
  for (const [ecosystem, name, wish] of work) await ann("PATCH", `/api/v1/fixes/${fixId(ecosystem, name)}`, wish);
  const found: { id: string; advisory: string; package: string }[] = await live.findings();
  const worst = found.find((one) => one.advisory === "CVE-2026-1001")?.id ?? "";
  await ann("PUT", `/api/v1/findings/${worst}/work`, { state: "in_work", assigneeId: idOf("Ben Roe") });
  await ann("POST", `/api/v1/findings/${worst}/comments`, {
    text: "@ben.roe the web servers first: they face the internet. `systemctl restart nginx` is needed after it.",
  });
  await ben("POST", `/api/v1/findings/${worst}/comments`, {
    text: "@ann.lee Berlin is planned for tonight at 22:00, Lisbon follows tomorrow.",
  });
  const decide = { owner: "platform team", expiresAt: daysAgo(-30) };
  await ann("POST", "/api/v1/decisions", {
    kind: "accept_risk",
    scope: "advisory:CVE-2026-1010 label:lab",
    reason: "The build host is not reachable from outside; it is replaced next month.",
    ...decide,
  });
  await ben("POST", "/api/v1/decisions", {
    kind: "not_affected",
    scope: "advisory:CVE-2026-1003",
    reason: "Core dumps are off on every host.",
    ...decide,
  });
  await ann("POST", "/api/v1/webhooks", {
    name: "Chat of the platform team",
    url: "https://hooks.example.com/zerotrace",
    kinds: ["finding.opened", "decision.proposed"],
    query: "severity>=high fix:yes",
  });
  const made = await ann("POST", "/api/v1/dashboards", { name: "Morning", shared: true, widgets: WIDGETS });
  await live.server.settled();
  return { findings: worst, dashboards: made.id };
};
