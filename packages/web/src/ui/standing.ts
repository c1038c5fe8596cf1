import type { Permission } from "@zerotrace/core/schema";
import type { Session } from "../api.ts";

type Standing = Pick<Session, "companyId" | "subject" | "method">;

/**
 * Who looks at which company, as one text. Where it changes (another tab went to another company, or signed in as somebody else), nothing
 * that was fetched before may stay on the page.
 */
export const standingOf = ({ companyId, subject, method }: Standing): string => `${companyId} ${method} ${subject}`;

/** A page of the navigation; without `needs` it is everybody's. */
export interface Place {
  readonly to: string;
  readonly needs?: Permission;
}

/** What a path is to a person: open; closed, with the permission that is missing; or the first page that is open to them instead. */
export type Opening = { is: "open" } | { is: "closed"; needs: Permission } | { is: "elsewhere"; to: string };

/**
 * Whether who holds these permissions has anything to see at a path. Asking the server instead would put a refusal into the company's audit
 * trail. The start leads to the first of the places that is open; pages outside of the places are open to everybody.
 */
export const openingOf = (path: string, permissions: readonly Permission[], places: readonly Place[]): Opening => {
  const mayOpen = ({ needs }: Place): boolean => needs === undefined || permissions.includes(needs);
  const place = places.find(({ to }) => path === to || (to !== "/" && path.startsWith(`${to}/`)));
  if (!place?.needs || mayOpen(place)) return { is: "open" };
  const first = path === "/" ? places.find(mayOpen) : undefined;
  return first ? { is: "elsewhere", to: first.to } : { is: "closed", needs: place.needs };
};
