import { queryOptions } from "@tanstack/react-query";
import { call, contract } from "./client.ts";
import { PAGE_ROWS, SYNCING_POLL_MS, pages } from "./paged.ts";
import type { AuditSearch } from "./types.ts";

const limit = PAGE_ROWS;

/** The company, its people and what they may. */
export const companyQueries = {
  people: (q: string) =>
    pages(["people", q], (cursor) => call(contract.people.listPeople, { query: { q, limit, cursor } })),
  roles: () => queryOptions({ queryKey: ["roles"], queryFn: () => call(contract.roles.listRoles) }),
  invitations: () =>
    pages(["invitations"], (cursor) => call(contract.invitations.listInvitations, { query: { limit, cursor } })),
  mySessions: () => queryOptions({ queryKey: ["my-sessions"], queryFn: () => call(contract.me.listMySessions) }),
  myFactors: () => queryOptions({ queryKey: ["my-factors"], queryFn: () => call(contract.factors.listFactors) }),
  companySessions: () =>
    pages(["company-sessions"], (cursor) => call(contract.me.listSessions, { query: { limit, cursor } })),
  audit: (search: AuditSearch) =>
    pages(["audit", search], (cursor) => call(contract.audit.listAudit, { query: { ...search, limit, cursor } })),
  auditVerify: () =>
    queryOptions({ queryKey: ["audit-verify"], queryFn: () => call(contract.audit.verifyAudit), gcTime: 0 }),
  auditSinks: () => queryOptions({ queryKey: ["audit-sinks"], queryFn: () => call(contract.audit.listAuditSinks) }),
  identityProviders: () =>
    queryOptions({ queryKey: ["identity-providers"], queryFn: () => call(contract.sso.listIdentityProviders) }),
  companies: () =>
    pages(["companies"], (cursor) => call(contract.companies.listCompanies, { query: { limit, cursor } })),
  companyDeletions: () =>
    queryOptions({ queryKey: ["companies", "deleted"], queryFn: () => call(contract.companies.listDeletions) }),
  companyEntries: () =>
    pages(["company-entries"], (cursor) => call(contract.companies.listEntries, { query: { limit, cursor } })),
  companyExports: () =>
    queryOptions({
      queryKey: ["company-exports"],
      queryFn: () => call(contract.companies.listExports),
      refetchInterval: (q) =>
        q.state.data?.rows.some(({ state }) => state === "waiting" || state === "running") ? SYNCING_POLL_MS : false,
    }),
  ownEntry: () => queryOptions({ queryKey: ["own-entry"], queryFn: () => call(contract.companies.getOwnEntry) }),
  brand: () =>
    queryOptions({ queryKey: ["brand"], queryFn: () => call(contract.settings.getBrand), staleTime: Infinity }),
  settings: () => queryOptions({ queryKey: ["settings"], queryFn: () => call(contract.settings.getSettings) }),
  limits: () => queryOptions({ queryKey: ["limits"], queryFn: () => call(contract.limits.getLimits) }),
  companyLimits: (id: number) =>
    queryOptions({
      queryKey: ["limits", id],
      queryFn: () => call(contract.limits.getCompanyLimits, { params: { id } }),
    }),
  tokens: () => pages(["tokens"], (cursor) => call(contract.tokens.listTokens, { query: { limit, cursor } })),
};
