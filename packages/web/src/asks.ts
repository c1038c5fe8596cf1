import { queryOf } from "@zerotrace/core/query/language/index";
import { ahead } from "./ahead.ts";
import { queries } from "./api.ts";
import { changesSearch, spanOf, todayIn, zoneHere } from "./features/changes/span.ts";
import { healthQuery } from "./features/health/queries.ts";
import {
  assetSearch,
  assetsSearch,
  auditSearch,
  decisionsSearch,
  findingsSearch,
  fixesSearch,
  wordSearch,
} from "./searches.ts";

/** How much a page asks for; its component asks for the same, or both are asked. */
export const OVERVIEW_FIXES = 8;
export const LISTED_FIXES = 200;
export const ASSET_TREND_DAYS = 30;
export const BOARD_DAYS = 90;
export const BOARD_FIXES = 3;

/** What each page asks for ahead, by its route. */
export const asks = {
  overview: ahead("findings:read", ({ client, may }) => [
    client.prefetchQuery(queries.stats()),
    client.prefetchQuery(queries.fixes({}, OVERVIEW_FIXES)),
    ...(may("feeds:read") ? [client.prefetchQuery(queries.feeds()), client.prefetchQuery(queries.coverage())] : []),
  ]),
  changes: ahead("findings:read", ({ client, search }) => {
    const zone = zoneHere();
    const { begins: _, ...span } = spanOf(changesSearch(search), todayIn(zone, Date.now()));
    return [client.prefetchQuery(queries.changes({ ...span, zone }))];
  }),
  findings: ahead("findings:read", ({ client, search, may }) => {
    const { query, sort = "risk", view } = findingsSearch(search);
    const filter = query === undefined ? {} : { query };
    const rows =
      view === "fixes"
        ? client.prefetchQuery(queries.fixes(filter, LISTED_FIXES))
        : view === "advisories"
          ? client.prefetchInfiniteQuery(queries.findingsByAdvisory(filter))
          : client.prefetchInfiniteQuery(queries.findings(filter, sort));
    return [rows, ...(may("assets:read") ? [client.prefetchQuery(queries.views())] : [])];
  }),
  finding: ahead("findings:read", ({ client, params: { id = "" } }) => [
    client.prefetchQuery(queries.colleagues("")),
    client.prefetchQuery(queries.finding(id)),
    client.prefetchQuery(queries.timeline(id)),
    client.prefetchInfiniteQuery(queries.findingAssets(id)),
  ]),
  assets: ahead("assets:read", ({ client, search }) => {
    const { q = "", sort = "risk", label } = assetsSearch(search);
    return [client.prefetchInfiniteQuery(queries.assets(q, sort, label)), client.prefetchQuery(queries.views())];
  }),
  asset: ahead("assets:read", ({ client, params: { id = "" }, search, may }) => {
    const { tab = may("findings:read") ? "findings" : "inventory", q = "" } = assetSearch(search);
    return [
      client.prefetchQuery(queries.asset(id)),
      client.prefetchQuery(queries.assetTrend(id, ASSET_TREND_DAYS)),
      ...(tab === "findings" ? [client.prefetchInfiniteQuery(queries.findings({ query: `asset:${id}` }, "risk"))] : []),
      ...(tab === "inventory" ? [client.prefetchInfiniteQuery(queries.assetComponents(id, q))] : []),
    ];
  }),
  components: ahead("assets:read", ({ client, search }) => [
    client.prefetchInfiniteQuery(queries.components(wordSearch(search).q ?? "")),
    client.prefetchQuery(queries.views()),
  ]),
  advisories: ahead("findings:read", ({ client, search }) => [
    client.prefetchInfiniteQuery(queries.advisories(wordSearch(search).q ?? "")),
  ]),
  advisory: ahead("findings:read", ({ client, params: { id = "" } }) => [
    client.prefetchQuery(queries.advisory(id)),
    client.prefetchQuery(queries.epssCourse(id)),
    client.prefetchInfiniteQuery(queries.findings({ query: queryOf({ advisory: id, status: "all" }) }, "risk")),
  ]),
  affected: ahead("findings:read", ({ client, search }) => {
    const { q } = wordSearch(search);
    return q === undefined ? [] : [client.prefetchInfiniteQuery(queries.affected(q))];
  }),
  fixes: ahead("findings:read", ({ client, search }) => {
    const { query, view, state } = fixesSearch(search);
    if (view === "speed") return [client.prefetchQuery(queries.fixPerformance())];
    return view === "work"
      ? [client.prefetchInfiniteQuery(queries.fixWork(state))]
      : [client.prefetchInfiniteQuery(queries.fixesPages(query === undefined ? {} : { query }))];
  }),
  fix: ahead("findings:read", ({ client, params: { id = "" }, may }) => [
    client.prefetchQuery(queries.fix(id)),
    ...(may("findings:manage") ? [client.prefetchQuery(queries.fixMembers())] : []),
  ]),
  decisions: ahead("findings:read", ({ client, search }) => [
    client.prefetchInfiniteQuery(queries.decisions(decisionsSearch(search).state)),
  ]),
  dashboards: ahead("findings:read", ({ client }) => [client.prefetchQuery(queries.dashboards())]),
  dashboard: ahead("findings:read", ({ client, params: { id = "" } }) => [
    client
      .fetchQuery(queries.dashboard(id))
      .then(({ widgets }) => Promise.all(widgets.map((one) => client.prefetchQuery(queries.figures(one))))),
  ]),
  executive: ahead("findings:read", ({ client, may }) => [
    client.prefetchQuery(queries.executive(BOARD_DAYS)),
    client.prefetchQuery(queries.fixes({ query: "fix:yes" }, BOARD_FIXES)),
    ...(may("feeds:read") ? [client.prefetchQuery(queries.feeds())] : []),
  ]),
  feeds: ahead("feeds:read", ({ client }) => [
    client.prefetchQuery(queries.feeds()),
    client.prefetchQuery(queries.coverage()),
  ]),
  agents: ahead("assets:read", ({ client }) => [client.prefetchInfiniteQuery(queries.agents())]),
  jobs: ahead("jobs:read", ({ client }) => [client.prefetchQuery(queries.jobs())]),
  health: ahead("jobs:read", ({ client }) => [client.prefetchQuery(healthQuery())]),
  audit: ahead("audit:read", ({ client, search }) => [
    client.prefetchInfiniteQuery(queries.audit(auditSearch(search))),
  ]),
} as const;
