import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call, contract } from "./client.ts";
import { PAGE_ROWS, pages } from "./paged.ts";
import type { Decision, FindingFilter, FixWork, Sort } from "./types.ts";

const limit = PAGE_ROWS;

const PERFORMANCE_STALE_MS = 300_000;

/** What is wrong and who does what about it. */
export const workQueries = {
  fixes: (filter: FindingFilter, rows: number) =>
    queryOptions({
      queryKey: ["fixes", filter, rows],
      queryFn: () => call(contract.fixes.listFixes, { query: { ...filter, limit: rows } }),
    }),
  fixesPages: (filter: FindingFilter) =>
    pages(["fixes", "pages", filter], (cursor) =>
      call(contract.fixes.listFixes, { query: { ...filter, limit, cursor } }),
    ),
  fixWork: (state: FixWork["state"] | undefined) =>
    pages(["fixes", "work", state ?? ""], (cursor) =>
      call(contract.fixes.listFixWork, { query: { state, limit, cursor } }),
    ),
  fixPerformance: () =>
    queryOptions({
      // of months: a single change moves it little, and the server reads much for it
      queryKey: ["fix-performance"],
      staleTime: PERFORMANCE_STALE_MS,
      queryFn: () => call(contract.fixes.getFixPerformance, { query: {} }),
    }),
  fixMembers: () => queryOptions({ queryKey: ["fix-members"], queryFn: () => call(contract.fixes.listFixMembers) }),
  fix: (id: string) =>
    queryOptions({ queryKey: ["fix", id], queryFn: () => call(contract.fixes.getFix, { params: { id } }) }),
  fixAssets: (id: string, left: boolean) =>
    pages(["fix", id, "assets", left], (cursor) =>
      call(contract.fixes.listFixAssets, { params: { id }, query: { left: left ? "true" : "false", limit, cursor } }),
    ),
  findings: (filter: FindingFilter, sort: Sort) =>
    pages(["findings", filter, sort], (cursor) =>
      call(contract.findings.listFindings, { query: { ...filter, sort, limit, cursor } }),
    ),
  findingsByAdvisory: (filter: FindingFilter) =>
    pages(["advisory-groups", filter], (cursor) =>
      call(contract.findings.listFindingAdvisories, { query: { ...filter, limit, cursor } }),
    ),
  finding: (id: string) =>
    queryOptions({ queryKey: ["finding", id], queryFn: () => call(contract.findings.getFinding, { params: { id } }) }),
  timeline: (id: string) =>
    queryOptions({
      queryKey: ["finding", id, "timeline"],
      queryFn: () => call(contract.work.getTimeline, { params: { id } }),
    }),
  colleagues: (q: string) =>
    queryOptions({
      queryKey: ["colleagues", q],
      queryFn: () => call(contract.work.listColleagues, { query: q === "" ? {} : { q } }),
    }),
  mentions: () => queryOptions({ queryKey: ["mentions"], queryFn: () => call(contract.work.listMentions) }),
  findingAssets: (id: string) =>
    pages(["finding", id, "assets"], (cursor) =>
      call(contract.findings.listFindingAssets, { params: { id }, query: { limit, cursor } }),
    ),
  affected: (q: string) =>
    infiniteQueryOptions({
      queryKey: ["affected", q],
      queryFn: ({ pageParam }) => call(contract.affected.getAffected, { query: { q, limit, cursor: pageParam } }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.next ?? undefined,
      enabled: q !== "",
    }),
  changes: (span: { from?: string; until?: string; zone: string }) =>
    queryOptions({
      queryKey: ["changes", span],
      queryFn: () => call(contract.changes.listChanges, { query: span }),
      // what comes is counted, and shown when asked for
      refetchOnWindowFocus: false,
    }),
  advisories: (q: string) =>
    pages(["advisories", q], (cursor) => call(contract.advisories.listAdvisories, { query: { q, limit, cursor } })),
  advisory: (id: string) =>
    queryOptions({
      queryKey: ["advisory", id],
      queryFn: () => call(contract.advisories.getAdvisory, { params: { id } }),
    }),
  epssCourse: (id: string) =>
    queryOptions({
      queryKey: ["advisory", id, "epss"],
      queryFn: () => call(contract.advisories.getAdvisoryEpss, { params: { id } }),
    }),
  decisions: (state?: Decision["state"]) =>
    pages(["decisions", "list", state ?? ""], (cursor) =>
      call(contract.decisions.listDecisions, { query: { state, limit, cursor } }),
    ),
  vexDocuments: () => pages(["vex"], (cursor) => call(contract.vex.listVex, { query: { limit, cursor } })),
  vexDocument: (id: string) =>
    queryOptions({ queryKey: ["vex", id], queryFn: () => call(contract.vex.getVex, { params: { id } }) }),
  vexStatements: (id: string) =>
    pages(["vex", id, "statements"], (cursor) =>
      call(contract.vex.listVexStatements, { params: { id }, query: { limit, cursor } }),
    ),
};
