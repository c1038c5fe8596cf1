import { AppError } from "@zerotrace/core";
import { mentionsOf } from "@zerotrace/core/work/comment";
import type { Identity } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { emit } from "../stream/index.ts";
import { activeMembers, type Colleague, findingToWork, isMember, type WorkFinding } from "./sql.ts";

/** People that are offered and can be mentioned (count). */
const MEMBERS_MAX = 5_000;

/** Who calls, as a row has it. */
export const authorOf = ({ subject, personId }: Identity): { by: string; personId: string | null } => ({
  by: subject,
  personId: personId ?? null,
});

/** Whether the caller wrote it: a person by who they are, a program by its name. */
export const isOwn = (identity: Identity, row: { by: string; personId: string | null }): boolean =>
  identity.personId === undefined
    ? row.personId === null && row.by === identity.subject
    : row.personId === identity.personId;

/** A finding that the caller sees. Throws NOT_FOUND. */
export const requireFinding = async (tx: Tx, companyId: number, id: string): Promise<WorkFinding> => {
  const finding = await findingToWork(tx, companyId, id);
  if (finding === null) throw new AppError("NOT_FOUND", "There is no finding with this id.");
  return finding;
};

/** Refuses to give a finding to somebody who is no active member. Throws BAD_REQUEST. */
export const mustBeMember = async (tx: Tx, companyId: number, personId: string | null | undefined): Promise<void> => {
  if (personId === null || personId === undefined || (await isMember(tx, companyId, personId))) return;
  throw new AppError("BAD_REQUEST", "This person is no active member of the company: choose another.", {
    field: "assigneeId",
  });
};

const localPart = (email: string): string => email.slice(0, email.lastIndexOf("@"));

/** Members with what stands behind `@` for each: the first part of the email, or all of it where two share that. */
export const withHandles = (members: readonly Colleague[]): { id: string; name: string; handle: string }[] => {
  const counts = new Map<string, number>();
  for (const { email } of members) counts.set(localPart(email), (counts.get(localPart(email)) ?? 0) + 1);
  return members.map(({ id, name, email }) => ({
    id,
    name,
    handle: counts.get(localPart(email)) === 1 ? localPart(email) : email,
  }));
};

/** The company's people with their handles. */
export const colleaguesOf = async (tx: Tx, companyId: number) =>
  withHandles(await activeMembers(tx, companyId, MEMBERS_MAX));

/** Whom a comment mentions, but for its author. A name that nobody has is text. */
export const mentionedIn = async (tx: Tx, companyId: number, text: string, author: string | null) => {
  const names = mentionsOf(text);
  if (names.length === 0) return [];
  const members = await activeMembers(tx, companyId, MEMBERS_MAX);
  const byName = new Map<string, string>();
  for (const { id, email } of members) byName.set(email, id);
  for (const { id, handle } of withHandles(members)) byName.set(handle, id);
  const ids = new Set(names.flatMap((name) => byName.get(name) ?? []));
  return members.filter(({ id }) => ids.has(id) && id !== author).map(({ id, name }) => ({ id, name }));
};

/** Tells open pages which findings to ask for again. */
export const tell = async (tx: Tx, companyId: number, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return;
  await emit(tx, companyId, { channel: "work_update", ids, count: ids.length, summary: {} });
};
