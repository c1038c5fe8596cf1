import type { Known } from "../scale/requests.ts";
import type { Shown } from "./probe.ts";

/** A screen with what tells that its data is there. */
export interface Screen extends Shown {
  readonly name: string;
  readonly path: string;
}

const PARTS = 'nav[aria-label="Parts of the asset"]';
const ROWS = "table.grid-table tbody tr";

/** Where each visit begins: a page that asks for nothing that grows with a fleet. */
export const NEUTRAL: Screen = { name: "Tokens", path: "/tokens", heading: "Tokens", has: [] };

/** Pages of the router that are no screen of the bar: who is outside sees no data, and a fleet has no such objects. */
export const NOT_MEASURED: readonly string[] = ["/sign-in", "/join", "/reset", "/registries/$id", "/vex/$id"];

/** Every screen of the bar, with the ids that the data has. */
export const screensOf = ({
  findingId,
  assetId,
  advisory,
  dashboardId,
  fixId,
}: Known & { dashboardId: string; fixId: string }): readonly Screen[] => [
  { name: "Overview", path: "/", heading: "Overview", has: ["ol li", 'a[href="/findings"].mono'] },
  { name: "What changed", path: "/changes", heading: "What changed", has: ['section[aria-label="In short"]'] },
  { name: "Fixes", path: "/fixes", heading: "Fixes", has: [ROWS] },
  { name: "Fixes, how fast", path: "/fixes?view=speed", heading: "Fixes", has: ["table"] },
  { name: "Findings", path: "/findings", heading: "Findings", has: [ROWS] },
  { name: "Findings by advisory", path: "/findings?view=advisories", heading: "Findings", has: [ROWS] },
  {
    name: "A finding",
    path: `/findings/${findingId}`,
    heading: "",
    has: [ROWS, 'table[aria-label="Affected assets"]'],
  },
  { name: "Assets", path: "/assets", heading: "Assets", has: [ROWS] },
  { name: "An asset", path: `/assets/${assetId}`, heading: "", has: [ROWS, 'section[aria-label="Figures"]'] },
  { name: "An asset, inventory", path: `/assets/${assetId}?tab=inventory`, heading: "", has: [ROWS, PARTS] },
  { name: "Components", path: "/components", heading: "Components", has: [ROWS] },
  { name: "Components, openssl", path: "/components?q=openssl", heading: "Components", has: [ROWS] },
  { name: "Affected? openssl", path: "/affected?q=openssl", heading: "Are we affected?", has: ["table tbody tr"] },
  { name: "Advisories", path: "/advisories", heading: "Advisories", has: [ROWS] },
  { name: "An advisory", path: `/advisories/${advisory}`, heading: advisory, has: [ROWS] },
  { name: "Feeds", path: "/feeds", heading: "Feeds", has: ["table tbody tr"] },
  { name: "Agents", path: "/agents", heading: "Agents", has: [ROWS] },
  { name: "Decisions", path: "/decisions", heading: "Decisions", has: [] },
  { name: "Jobs", path: "/jobs", heading: "Jobs", has: ["section"] },
  { name: "Audit", path: "/audit", heading: "Audit", has: [ROWS] },
  { name: "Dashboards", path: "/dashboards", heading: "Dashboards", has: ["h1"] },
  { name: "A dashboard", path: `/dashboards/${dashboardId}`, heading: "", has: [".widget-number", "table"] },
  { name: "For the board", path: "/executive", heading: "Security of", has: ["ol li"] },
  { name: "A fix", path: `/fixes/${fixId}`, heading: "", has: [ROWS] },
  { name: "Rules of risk", path: "/assets/rules", heading: "", has: ["h1"] },
  { name: "Upload", path: "/upload", heading: "", has: ["section"] },
  { name: "Registries", path: "/registries", heading: "Registries", has: ["section"] },
  { name: "Mentions", path: "/mentions", heading: "Mentions", has: ["section"] },
  { name: "VEX", path: "/vex", heading: "VEX", has: ["section"] },
  { name: "Enroll an agent", path: "/agents/enroll", heading: "", has: ["h1"] },
  { name: "People", path: "/people", heading: "People", has: ["section"] },
  { name: "Roles", path: "/roles", heading: "Roles", has: ["ul h2"] },
  { name: "Single sign-on", path: "/single-sign-on", heading: "", has: ["section"] },
  { name: "Companies", path: "/companies", heading: "Companies", has: [ROWS] },
  { name: "Settings", path: "/settings", heading: "Settings", has: ["section"] },
  { name: "Webhooks", path: "/webhooks", heading: "Webhooks", has: ["section"] },
  { name: "Me", path: "/me", heading: "", has: ["section"] },
  { name: "Health", path: "/status", heading: "Health", has: ["ul li"] },
];
