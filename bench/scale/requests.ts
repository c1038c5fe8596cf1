/** One request of a screen. */
export interface ScreenRequest {
  readonly screen: string;
  /** RUN is another number each time: what was just answered is not to be told again. */
  readonly path: string;
  /** What is sent with it; without, nothing is. */
  readonly body?: unknown;
}

/** Ids that are put into paths. */
export interface Known {
  readonly findingId: string;
  readonly assetId: string;
  readonly advisory: string;
  /** The keys of the fixes that remove most risk. */
  readonly fixes: readonly string[];
}

const DAY_MS = 86_400_000;
const enc = encodeURIComponent;
const findings = (query: string, more = ""): string => `/api/v1/findings?limit=100&query=${enc(query)}${more}`;
const figures = (query: string, shape = "groups"): string => `/api/v1/figures?shape=${shape}&rows=RUN&${query}`;
const fixes = (query: string): string => `/api/v1/fixes?limit=50&query=${enc(query)}`;

const LISTS: readonly ScreenRequest[] = [
  {
    screen: "Overview, status line",
    path: "/api/v1/stats",
  },
  {
    screen: "Overview, Fixes",
    path: "/api/v1/fixes?limit=50",
  },
  { screen: "Overview", path: "/api/v1/feeds" },
  { screen: "Overview, Coverage", path: "/api/v1/coverage" },
  { screen: "What changed, a day", path: "/api/v1/changes?zone=UTC" },
  { screen: "Findings, by risk", path: findings("") },
  { screen: "Findings, newest", path: findings("", "&sort=seen") },
  {
    screen: "Findings, by EPSS",
    path: findings("", "&sort=epss"),
  },
  { screen: "Findings, by package", path: findings("", "&sort=package") },
  {
    screen: "Findings, critical and exploited",
    path: findings("severity:critical kev:true"),
  },
  {
    screen: "Findings, label and fix",
    path: findings("severity>=high label:prod fix:yes"),
  },
  {
    screen: "Findings, a label",
    path: findings("label:prod"),
  },
  { screen: "Findings, some hosts", path: findings("host:web-01*") },
  { screen: "Findings, few hosts", path: findings("host:web-000* severity>=high") },
  { screen: "Findings, not a label", path: findings("-label:prod") },
  { screen: "Findings, label, newest", path: findings("label:prod", "&sort=seen") },
  { screen: "Findings, exploited", path: findings("kev:true") },
  { screen: "Findings, low and exploited", path: findings("severity:low kev:true") },
  { screen: "Findings, critical without fix", path: findings("severity:critical fix:no") },
  { screen: "Findings, label and exploited", path: findings("kev:true label:prod") },
  {
    screen: "Findings, a word",
    path: findings("openssl"),
  },
  {
    screen: "Findings, a rare word",
    path: findings("log4j"),
  },
  {
    screen: "Findings, a package",
    path: findings("package:lodash"),
  },
  {
    screen: "Findings, fixed",
    path: findings("status:fixed"),
  },
  {
    screen: "Findings, by advisory",
    path: "/api/v1/findings/by-advisory?limit=100",
  },
  { screen: "Assets, by risk", path: "/api/v1/assets?limit=100" },
  { screen: "Assets, by name", path: "/api/v1/assets?limit=100&sort=name" },
  { screen: "Assets, last seen", path: "/api/v1/assets?limit=100&sort=seen" },
  { screen: "Assets, a word", path: "/api/v1/assets?limit=100&q=web-0" },
  { screen: "Assets, a label", path: "/api/v1/assets?limit=100&label=prod" },
  { screen: "Components", path: "/api/v1/components?limit=100" },
  { screen: "Components, l", path: "/api/v1/components?limit=100&q=l" },
  { screen: "Components, lo", path: "/api/v1/components?limit=100&q=lo" },
  { screen: "Components, log4j", path: "/api/v1/components?limit=100&q=log4j" },
  {
    screen: "Components, openssl",
    path: "/api/v1/components?limit=100&q=openssl",
  },
  {
    screen: "Components, nothing found",
    path: "/api/v1/components?limit=100&q=zqxv",
  },
  { screen: "Advisories", path: "/api/v1/advisories?limit=100" },
  { screen: "Advisories, a word", path: "/api/v1/advisories?limit=100&q=openssl" },
  { screen: "Fixes, a label", path: fixes("label:prod") },
  { screen: "Fixes, few hosts", path: fixes("host:web-000*") },
  { screen: "Fixes, some hosts", path: fixes("host:web-01*") },
  { screen: "Fixes, not a label", path: fixes("-label:prod") },
  { screen: "Fixes, label and exploited", path: fixes("label:prod kev:true") },
  { screen: "Fixes, a package", path: fixes("package:lodash") },
  { screen: "Fixes, a word", path: fixes("openssl") },
  { screen: "Fixes, critical", path: fixes("severity:critical") },
  { screen: "Fixes, exploited", path: fixes("kev:true") },
  {
    screen: "What changed, a week",
    path: `/api/v1/changes?zone=UTC&from=${new Date(Date.now() - 7 * DAY_MS).toISOString().slice(0, 10)}`,
  },
  { screen: "Figures, by advisory", path: figures("group=advisory") },
  { screen: "Figures, risk by package", path: figures("group=package&measure=risk") },
  { screen: "Figures, risk by label", path: figures("group=label&measure=risk") },
  { screen: "Figures, a label by ecosystem", path: figures(`group=ecosystem&query=${enc("label:prod kev:true")}`) },
  {
    screen: "Figures, by asset and severity",
    path: figures(`group=asset&across=severity&query=${enc("fix:yes")}`, "cells"),
  },
  { screen: "Figures, a number of a label", path: figures(`query=${enc("label:prod fix:yes")}`, "total") },
  { screen: "Are we affected?", path: "/api/v1/affected?limit=100&q=openssl" },
  { screen: "Agents", path: "/api/v1/agents?limit=100" },
  { screen: "Decisions", path: "/api/v1/decisions?limit=100" },
  { screen: "VEX", path: "/api/v1/vex?limit=100" },
  { screen: "Audit", path: "/api/v1/audit?limit=100" },
  { screen: "Uploads", path: "/api/v1/uploads?limit=100" },
  { screen: "Registries", path: "/api/v1/registries" },
  { screen: "Jobs", path: "/api/v1/jobs" },
  { screen: "People", path: "/api/v1/people?limit=100" },
  { screen: "Views", path: "/api/v1/views" },
  { screen: "Session", path: "/api/v1/session" },
  { screen: "Settings", path: "/api/v1/settings" },
  { screen: "Limits", path: "/api/v1/limits" },
];

/** The requests of every screen that grows with a fleet. */
export const screenRequests = ({ findingId, assetId, advisory, fixes: keys }: Known): readonly ScreenRequest[] => [
  ...LISTS,
  { screen: "What if, a fix", path: "/api/v1/risk/what-if", body: { keys: keys.slice(0, 1) } },
  { screen: "What if, ten fixes", path: "/api/v1/risk/what-if", body: { keys } },
  { screen: "What if, a query", path: "/api/v1/risk/what-if", body: { query: "label:prod severity:critical" } },
  { screen: "A finding", path: `/api/v1/findings/${findingId}` },
  {
    screen: "A finding, its assets",
    path: `/api/v1/findings/${findingId}/assets?limit=100`,
  },
  { screen: "An advisory", path: `/api/v1/advisories/${enc(advisory)}` },
  { screen: "An advisory, its findings", path: findings(`advisory:${advisory} status:all`) },
  { screen: "Are we affected? by id", path: `/api/v1/affected?limit=100&q=${enc(advisory)}` },
  { screen: "An asset", path: `/api/v1/assets/${assetId}` },
  { screen: "An asset, findings", path: findings(`asset:${assetId}`) },
  { screen: "An asset, fixes", path: `/api/v1/fixes?limit=50&assetId=${assetId}` },
  { screen: "An asset, by source", path: `/api/v1/findings/by-source?limit=100&assetId=${assetId}` },
  { screen: "An asset, inventory", path: `/api/v1/assets/${assetId}/components?limit=100` },
  { screen: "An asset, a component", path: `/api/v1/assets/${assetId}/components?limit=100&q=ssl` },
  { screen: "An asset, changes", path: `/api/v1/assets/${assetId}/deltas?limit=100` },
  { screen: "An asset, trend", path: `/api/v1/assets/${assetId}/trend?days=30` },
  { screen: "An asset, coverage", path: `/api/v1/coverage?assetId=${assetId}` },
];
