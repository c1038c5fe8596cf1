import type { Operation } from "./patch.ts";
import { isId, isObject, type Json, textOf, valueOf, wrong } from "./words.ts";

/** A group as a directory wants it. */
export interface GroupDraft {
  readonly displayName: string;
  readonly externalId: string | null;
  /** Ids of people, each once. */
  readonly members: readonly string[];
}

const MEMBERS_MAX = 20_000;

const memberId = (value: unknown): string => {
  const id = isObject(value) ? valueOf(value, "value") : value;
  const type = isObject(value) ? valueOf(value, "type") : null;
  if (typeof type === "string" && type.toLowerCase() === "group") {
    throw wrong("invalidValue", "Groups within groups are not kept: have the directory send their people.");
  }
  if (typeof id === "string" && isId(id)) return id.toLowerCase();
  throw wrong("invalidValue", "A member is named by the id of a user.");
};

const membersIn = (value: unknown): string[] => {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return [...new Set(list.map(memberId))];
};

const checked = (draft: Omit<GroupDraft, "displayName"> & { displayName: string | null }): GroupDraft => {
  const { displayName, members } = draft;
  if (displayName === null) throw wrong("invalidValue", "displayName is missing.");
  if (members.length > MEMBERS_MAX) throw wrong("invalidValue", `A group has at most ${MEMBERS_MAX} members.`);
  return { ...draft, displayName };
};

/** A group resource as it was sent whole. Throws invalidValue. */
export const groupDraftOf = (resource: Json): GroupDraft =>
  checked({
    displayName: textOf(valueOf(resource, "displayName"), "displayName"),
    externalId: textOf(valueOf(resource, "externalId"), "externalId"),
    members: membersIn(valueOf(resource, "members")),
  });

const withMembers = (before: readonly string[], { op, selected, value }: Operation): string[] => {
  if (op === "add") return [...new Set([...before, ...membersIn(value)])];
  if (op === "replace") return membersIn(value);
  // without a filter and without a list it means all of them
  if (selected === null && value === undefined) return [];
  const gone = new Set(selected === null ? membersIn(value) : [memberId(selected)]);
  return before.filter((id) => !gone.has(id));
};

/** A group after a PATCH; attributes that are not kept are passed over. Throws what is wrong with it. */
export const patchedGroup = (before: GroupDraft, operations: readonly Operation[]): GroupDraft => {
  let draft: Omit<GroupDraft, "displayName"> & { displayName: string | null } = before;
  for (const operation of operations) {
    const { op, path } = operation;
    const value = op === "remove" ? null : operation.value;
    if (path === "members") draft = { ...draft, members: withMembers(draft.members, operation) };
    if (path === "displayname") draft = { ...draft, displayName: textOf(value, "displayName") };
    if (path === "externalid") draft = { ...draft, externalId: textOf(value, "externalId") };
  }
  return checked(draft);
};
