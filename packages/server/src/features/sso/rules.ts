import { AppError } from "@zerotrace/core";

/** A group of a provider and what its people get. */
export interface Mapping {
  readonly group: string;
  readonly role: string;
  /** Null: every asset. */
  readonly labels: readonly string[] | null;
}

/** What a provider's groups give. */
export interface Grant {
  readonly role: string;
  readonly labels: readonly string[] | null;
}

/** What of a provider decides what its people get. */
export interface Granting {
  readonly mappings: readonly Mapping[];
  readonly defaultRole: string | null;
  readonly defaultLabels: readonly string[] | null;
}

/** Groups of one person that are looked at. */
export const GROUPS_MAX = 1_000;
/** Longest email that is taken. */
const EMAIL_CHARS_MAX = 254;

/** What a person of these groups gets: the first mapping that fits decides, else the default; null for nothing. */
export const grantOf = (of: Granting, groups: readonly string[]): Grant | null => {
  const held = new Set(groups.slice(0, GROUPS_MAX));
  const found = of.mappings.find(({ group }) => held.has(group));
  if (found !== undefined) return { role: found.role, labels: found.labels };
  return of.defaultRole === null ? null : { role: of.defaultRole, labels: of.defaultLabels };
};

/** The domain of an email, in lower case; empty for what is none. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf("@") + 1).toLowerCase();

/**
 * An email that a provider names, in lower case. Throws FORBIDDEN where there is none or it is not of the provider's domains: a
 * provider vouches for the people of its own domains only.
 */
export const emailOf = (claimed: unknown, domains: readonly string[]): string => {
  const email = typeof claimed === "string" ? claimed.trim().toLowerCase() : "";
  if (!/^(?!.*["<>])[!-?A-~]+@[!-?A-~]+$/.test(email) || email.length > EMAIL_CHARS_MAX) {
    throw new AppError("FORBIDDEN", "The identity provider named no email: let it send one.", { field: "email" });
  }
  if (domains.includes(domainOf(email))) return email;
  throw new AppError("FORBIDDEN", "The email is not of a domain that this identity provider may vouch for.", {
    field: "email",
  });
};

/** Groups of a claim: a text, or a list of texts; what else is in it is passed over. */
export const groupsOf = (claimed: unknown): string[] | null => {
  if (claimed === undefined || claimed === null) return null;
  const list: unknown[] = Array.isArray(claimed) ? claimed : [claimed];
  return list.filter((one): one is string => typeof one === "string").slice(0, GROUPS_MAX);
};

/**
 * Where the dashboard goes after a sign-in: a path of its own, else its beginning. What a browser might take for another host, and
 * the API, are not gone to.
 */
export const localPath = (wanted: string | undefined): string => {
  // oxlint-disable-next-line no-control-regex -- browsers drop tabs and newlines within an address
  if (wanted === undefined || !/^\/(?![/\\])[^\\\u0000-\u0020\u007f]*$/.test(wanted)) return "/";
  const base = "http://localhost";
  const url = URL.canParse(wanted, base) ? new URL(wanted, base) : null;
  // `/..//host` becomes `//host` only now
  if (url === null || url.origin !== base || /^\/(\/|(api|scim|health|metrics)(\/|$))/.test(url.pathname)) return "/";
  return `${url.pathname}${url.search}${url.hash}`;
};

/** What a sign-in by a provider is refused with, whatever was wrong: the reason is in the log and not for who tries. */
export const refused = (cause?: unknown): AppError =>
  new AppError("UNAUTHENTICATED", "The sign-in could not be verified: begin again.", { cause });

/** There is no such provider, or it is switched off: both look the same. */
export const noProvider = (): AppError => new AppError("NOT_FOUND", "There is no identity provider at this address.");
