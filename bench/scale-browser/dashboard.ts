import type { ScaleServer } from "../scale/server.ts";

const ASKS = { query: "", viewId: "", measure: "findings", group: "severity", across: "severity", rows: 10, days: 30 };

/** What a new dashboard begins with, as the dashboard's own choice "A morning" has it. */
const WIDGETS: readonly object[] = [
  { kind: "number", title: "Critical", query: "severity:critical", x: 0, y: 0, w: 3, h: 3 },
  { kind: "number", title: "Known to be exploited", query: "kev:true", x: 3, y: 0, w: 3, h: 3 },
  { kind: "number", title: "With a fix", query: "fix:yes", x: 6, y: 0, w: 3, h: 3 },
  { kind: "number", title: "New in 7 days", query: "seen:7d", x: 9, y: 0, w: 3, h: 3 },
  { kind: "trend", title: "Open findings", x: 0, y: 3, w: 6, h: 5 },
  { kind: "bar", title: "By severity", x: 6, y: 3, w: 6, h: 5 },
  { kind: "map", title: "Where the risk is", group: "label", rows: 30, x: 0, y: 8, w: 6, h: 6 },
  { kind: "heat", title: "Labels by severity", group: "label", x: 6, y: 8, w: 6, h: 6 },
  { kind: "table", title: "Packages", group: "package", measure: "risk", x: 0, y: 14, w: 12, h: 6 },
];
const NAME = "Measured";

/** The id of a dashboard with each kind of widget; made where there is none yet. */
export const dashboardIn = async ({ url, token }: ScaleServer): Promise<string> => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const listed = await fetch(`${url}/api/v1/dashboards`, { headers });
  const { rows } = (await listed.json()) as { rows: { id: string; name: string }[] };
  const known = rows.find(({ name }) => name === NAME);
  if (known !== undefined) return known.id;
  const widgets = WIDGETS.map((widget, n) => ({ ...ASKS, id: `w${n}`, ...widget }));
  const made = await fetch(`${url}/api/v1/dashboards`, {
    method: "POST",
    headers,
    body: JSON.stringify({ name: NAME, shared: true, widgets }),
  });
  if (!made.ok) throw new Error(`dashboard: ${await made.text()}`);
  return ((await made.json()) as { id: string }).id;
};

/** The id of the fix that removes most risk. */
export const fixIn = async ({ url, token }: ScaleServer): Promise<string> => {
  const listed = await fetch(`${url}/api/v1/fixes?limit=1`, { headers: { authorization: `Bearer ${token}` } });
  const { rows } = (await listed.json()) as { rows: { id: string }[] };
  if (rows[0] === undefined) throw new Error("there are no fixes");
  return rows[0].id;
};
