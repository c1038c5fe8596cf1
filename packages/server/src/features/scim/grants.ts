import type { Tx } from "../../platform/db/index.ts";
import { changeMember, type Member, memberOfPerson } from "../people/index.ts";
import { companyGranting, type Grant, grantOf } from "../sso/index.ts";
import { groupNamesOf } from "./users-sql.ts";

/** The role of a member to whom no group gives one: no role of the company has this id, so that it allows nothing. */
export const NO_ROLE = "none";
const NOTHING: Grant = { role: NO_ROLE, labels: null };

/** What a person gets whom a directory just named: what the default says, else nothing until a group gives something. */
export const firstGrant = async (tx: Tx, companyId: number): Promise<Grant> =>
  grantOf(await companyGranting(tx, companyId), []) ?? NOTHING;

/** A member whose role followed their groups. */
export interface Moved {
  readonly personId: string;
  readonly from: string;
  readonly to: string;
}

const isSame = (member: Member, grant: Grant): boolean =>
  member.role === grant.role && JSON.stringify(member.labels) === JSON.stringify(grant.labels);

/**
 * Gives people the roles that their groups have now by the mappings of the company's identity providers, the owner excepted. Without any
 * mapping roles are the company's own affair. Answers whose changed.
 */
export const followGroups = async (tx: Tx, companyId: number, personIds: readonly string[]): Promise<Moved[]> => {
  const granting = await companyGranting(tx, companyId);
  if (granting.mappings.length === 0) return [];
  const moved: Moved[] = [];
  for (const personId of [...new Set(personIds)].sort()) {
    const member = await memberOfPerson(tx, companyId, personId);
    if (member === null || member.isOwner) continue;
    const grant = grantOf(granting, (await groupNamesOf(tx, companyId, personId)) ?? []) ?? NOTHING;
    if (isSame(member, grant)) continue;
    await changeMember(tx, companyId, personId, grant);
    moved.push({ personId, from: member.role, to: grant.role });
  }
  return moved;
};
