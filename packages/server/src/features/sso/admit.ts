import { AppError } from "@zerotrace/core";
import { revokeSessionsOf } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import {
  changeMember,
  deactivateMember,
  isPersonActive,
  type Member,
  memberByEmail,
  memberOfPerson,
  upsertMember,
} from "../people/index.ts";
import { openSession } from "../sessions/index.ts";
import { settingsOf } from "../settings/index.ts";
import type { SsoDeps } from "./deps.ts";
import { insertLink, type Link, linkOf, noteUse } from "./link-sql.ts";
import { emailOf, type Grant, grantOf } from "./rules.ts";
import type { Provider } from "./sql.ts";

/** What a provider says of a person; verified, but not yet allowed anything. */
export interface Claimed {
  /** Who, for the provider: never an email that it may give to somebody else. */
  readonly subject: string;
  readonly email: unknown;
  readonly name: string | null;
  /** Null: the provider said nothing of groups. */
  readonly groups: readonly string[] | null;
}

/** A session that was opened by a provider ends then: whoever lost a role notices at the next one. */
const SESSION_SECONDS = 12 * 3600;
const NAME_CHARS_MAX = 200;
const SUBJECT_CHARS_MAX = 512;

const forbidden = (detail: string): AppError => new AppError("FORBIDDEN", detail);
const NO_ROLE = "Your groups at the identity provider give you no role here: ask an administrator.";
const NO_MEMBER = "You are no member here: ask an administrator for an invitation.";
const OWNER = "The owner is not signed in by an identity provider: use a password, a passkey or a link.";
const NOT_THIS_WAY = "This company lets nobody sign in by an identity provider: sign in another way.";
const ENDED = "Your membership was ended: ask an administrator.";
const TAKEN = "Another identity of this provider belongs to the account: ask an administrator to forget it first.";

interface Sign {
  readonly tx: Tx;
  readonly companyId: number;
  readonly provider: Provider;
  readonly claimed: Claimed;
  readonly email: string;
  readonly context: RequestContext;
}

const told = ({ role, labels, deactivatedAt }: Member) => ({ role, labels, isActive: deactivatedAt === null });

const record = ({ tx, companyId, provider, context }: Sign, action: string, before: Member | null, after: Member) => {
  const [was, is] = [before === null ? undefined : told(before), told(after)];
  if (JSON.stringify(was) === JSON.stringify(is)) return Promise.resolve();
  return writeAudit(tx, {
    companyId,
    actor: `provider:${provider.name}`,
    action,
    target: after.personId,
    detail: { email: after.email },
    ip: context.ip,
    ...(was === undefined ? {} : { before: was }),
    after: is,
  });
};

/** The member that an identity is, by its link or, the first time, by the email that the provider vouches for. */
const memberFor = async (sign: Sign, link: Link | null): Promise<Member | null> => {
  const { tx, companyId, email, provider } = sign;
  if (link !== null) return memberOfPerson(tx, companyId, link.personId);
  const member = await memberByEmail(tx, companyId, email);
  if (member === null && !provider.createsMembers) throw forbidden(NO_MEMBER);
  if (member?.isOwner) throw forbidden(OWNER);
  return member;
};

const grantFor = async (deps: SsoDeps, sign: Sign, member: Member | null): Promise<Grant | null> => {
  const { tx, companyId, provider, claimed } = sign;
  // without mappings the provider says who, and the company what they may do
  if (member !== null && (member.isOwner || provider.mappings.length === 0)) return member;
  const groups =
    claimed.groups ?? (member === null ? null : await deps.directoryGroups(tx, companyId, member.personId));
  return grantOf(provider, groups ?? []);
};

/** Takes away what the provider's groups give no longer. */
const takeAway = async (sign: Sign, link: Link, member: Member): Promise<string[]> => {
  const { tx, companyId, provider, claimed, context } = sign;
  const { now } = context;
  const ended = await deactivateMember(tx, companyId, member.personId, now);
  if (ended === null) return [];
  await noteUse(tx, companyId, { providerId: provider.id, subject: claimed.subject, lostRole: true, now });
  await record(sign, "member.deactivate", member, ended);
  return revokeSessionsOf(tx, companyId, [link.personId], { now });
};

const give = async (sign: Sign, member: Member | null, grant: Grant): Promise<Member> => {
  const { tx, companyId, claimed, email } = sign;
  const { role, labels } = grant;
  const name = (claimed.name?.trim() || member?.name || email).slice(0, NAME_CHARS_MAX);
  if (member === null || member.deactivatedAt !== null) {
    const made = await upsertMember(tx, companyId, {
      email: member?.email ?? email,
      name,
      role,
      labels,
      source: "sso",
    });
    await record(sign, member === null ? "member.create" : "member.change", member, made);
    return made;
  }
  const changed = (await changeMember(tx, companyId, member.personId, { name, role, labels })) ?? member;
  await record(sign, "member.change", member, changed);
  return changed;
};

/** Who came in, and the Set-Cookie value of the session. */
export interface Admitted {
  readonly cookie: string;
  readonly personId: string;
}
type Outcome = { refusal: AppError; ended: readonly string[] } | Admitted;

const decide = async (deps: SsoDeps, sign: Sign): Promise<Outcome> => {
  const { tx, companyId, provider, claimed, context } = sign;
  const { now, userAgent } = context;
  const settings = await settingsOf(tx, companyId);
  if (!settings["security.sign_in_methods"].includes("sso")) throw forbidden(NOT_THIS_WAY);
  const link = await linkOf(tx, companyId, provider.id, claimed.subject);
  const member = await memberFor(sign, link);
  const grant = await grantFor(deps, sign, member);
  if (grant === null) {
    const ended = link === null || member === null ? [] : await takeAway(sign, link, member);
    return { refusal: forbidden(NO_ROLE), ended };
  }
  // what a person ended, only a person begins again
  if (member?.deactivatedAt && link?.lostRole !== true) throw forbidden(ENDED);
  const given = await give(sign, member, grant);
  const { personId, email: subject } = given;
  if (!(await isPersonActive(tx, personId))) throw forbidden(ENDED);
  const identity = { providerId: provider.id, subject: claimed.subject };
  if (link === null && !(await insertLink(tx, companyId, { ...identity, personId }))) throw forbidden(TAKEN);
  await noteUse(tx, companyId, { ...identity, lostRole: false, now });
  const session = await openSession(tx, context, {
    companyId,
    subject,
    personId,
    method: "sso",
    lifeSeconds: Math.min(SESSION_SECONDS, settings["session.absolute_hours"] * 3600),
  });
  const detail = { method: "sso", provider: provider.name, userAgent };
  await context.record(tx, { companyId, actor: subject, target: session.id, detail });
  return { cookie: session.cookie, personId };
};

/**
 * Lets in whom a provider vouched for, in its company alone: links the identity the first time, makes a member where that is wanted,
 * gives and takes away what the groups say. Throws FORBIDDEN.
 */
export const admit = async (
  deps: SsoDeps,
  context: RequestContext,
  { companyId, provider, claimed }: { companyId: number; provider: Provider; claimed: Claimed },
): Promise<Admitted> => {
  if (claimed.subject === "" || claimed.subject.length > SUBJECT_CHARS_MAX) throw forbidden(NO_MEMBER);
  const email = emailOf(claimed.email, provider.domains);
  const outcome = await deps.db.asServiceFor(companyId, (tx) =>
    decide(deps, { tx, companyId, provider, claimed, email, context }),
  );
  if ("cookie" in outcome) return outcome;
  for (const id of outcome.ended) deps.forget(id);
  throw outcome.refusal;
};
