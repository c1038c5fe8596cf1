import { isBuiltInRole } from "@zerotrace/core/schema";
import type { z } from "zod";
import type { Identity, SignInMethod } from "../../platform/auth/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { standingOf } from "../roles/index.ts";
import type { session } from "./contract.ts";
import { companiesOfPerson, companyName, memberOf } from "./sql.ts";

/** What a session or another credential is about. */
export type Described = Pick<Identity, "companyId" | "subject" | "permissions" | "labels"> & {
  readonly personId?: string | undefined;
  readonly method?: SignInMethod | undefined;
  readonly awaitsFactor?: boolean | undefined;
  readonly expiresAt: Date | null;
};

/** Ways to sign in that prove the person to every company, and not to one only. */
export const isOfPerson = (method: SignInMethod | undefined): boolean => method === "password" || method === "passkey";

/** A session as `GET /api/v1/session` tells it; of a person, what the membership gives at this moment. */
export const describeSession = async (db: Database, of: Described): Promise<z.input<typeof session>> => {
  const { companyId, personId, method, subject, expiresAt } = of;
  const { name, member, standing } = await db.withCompanyPlanned(companyId, async (tx) => ({
    name: await companyName(tx, companyId),
    member: personId === undefined ? null : await memberOf(tx, companyId, personId),
    standing: personId === undefined ? null : await standingOf(tx, companyId, personId),
  }));
  const awaitsFactor = of.awaitsFactor ?? false;
  const { permissions, labels } = awaitsFactor ? { permissions: [], labels: [] } : (standing ?? of);
  const others =
    personId !== undefined && isOfPerson(method) ? await db.asService((tx) => companiesOfPerson(tx, personId)) : [];
  const role = member && { id: member.role, name: isBuiltInRole(member.role) ? member.role : (member.roleName ?? "") };
  return {
    companyId,
    companyName: name,
    subject,
    permissions: [...permissions],
    expiresAt: expiresAt?.toISOString() ?? null,
    person: member && personId !== undefined ? { id: personId, name: member.name, email: member.email } : null,
    method: method ?? null,
    role,
    isOwner: member?.isOwner ?? false,
    awaitsFactor,
    labels: labels === null ? null : [...labels],
    companies: others,
  };
};
