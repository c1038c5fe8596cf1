import { FACTS, full, npm } from "../support/live.ts";
import type { Ask } from "./client.ts";
import type { Ids } from "./seeds.ts";
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

export const byId = (name: string, more: Omit<Entry, "ask"> = {}): Entry => ({
  ask: (of) => ({ params: { id: of[name] ?? "" } }),
  ...more,
});
export const asks = (ask: Entry["ask"], more: Omit<Entry, "ask"> = {}): Entry => ({ ask, ...more });
/** Takes no id of anybody: only what it answers counts. */
export const plain = (ask: Ask = {}, more: Omit<Entry, "ask"> = {}): Entry => ({ ask: () => ask, ...more });

export const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();

export const OWN_TRAIL = "the trail holds the refusals of the caller's own questions";
export const NO_SUCH_TOKEN = { statuses: [401], why: "the secret in the body is nobody's" };

/** The provider runs every company by its number, and is asked for none that is there: it would be gone for the rest. */
export const NO_COMPANY: Ask = { params: { companyId: "2147483000" } };
export const NO_SUCH_COMPANY = { control: { statuses: [404], why: "there is no such company" } };
export const PROVIDER = { callers: ["provider"], why: "the provider runs every company" };
export const VISITS = { callers: ["provider"], why: "the provider's own trail has its visits too" };
export const VISIT = "A reason that is long enough";

export const NO_PERSON = { statuses: [403], why: "only a person who signed in has this" };
export const HELPS = { callers: ["provider"], why: "the provider helps whoever is locked out" };
export const NO_PASSKEY = {
  id: "AAAA",
  rawId: "AAAA",
  type: "public-key",
  response: { clientDataJSON: "e30", attestationObject: "oA", authenticatorData: "AA", signature: "AA" },
};
export const STRONG = "violet otter climbs nine stairs";
export const invitationOf = (of: Ids): string => `${of["tokenSecret"]}`.replace("zt_a_", "zt_i_");

export const inventoryOf = (of: Ids): unknown => ({
  takenAt: new Date().toISOString(),
  facts: { ...FACTS, hostname: of["hostName"], machineId: of["machineId"] },
  sources: full({ npm: [npm(of["packageName"] ?? "", "1.0.0")] }),
});

export const registryOf = (of: Ids) => ({
  name: of["registryName"] ?? "",
  host: SINK_HOST,
  rules: { repositories: [of["repositoryPattern"] ?? ""] },
  user: of["registryUser"] ?? "",
});

export const identityProviderOf = (of: Ids): unknown => ({
  name: of["providerName"],
  domains: [of["providerDomain"]],
  oidc: { issuer: `https://${SINK_HOST}`, clientId: of["clientId"] },
});
export const NOBODYS_COMPANY = "2147483647";
export const NO_SIGN_ON = { control: { statuses: [404], why: "the provider is asked for in a company that is none" } };
export const NOT_BEGUN = {
  refuses: { statuses: [401], why: "no sign-in was begun" },
  control: { statuses: [401], why: "no sign-in was begun" },
};
