import type { Operation } from "./patch.ts";
import { booleanOf, isObject, type Json, textOf, valueOf, wrong } from "./words.ts";

/** What a directory says of a person. */
export interface UserDraft {
  /** In small letters. */
  readonly userName: string;
  readonly externalId: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  /** In small letters. */
  readonly email: string;
  readonly active: boolean;
}

const EMAIL = /^(?!.*["<>])[!-?A-~]{1,64}@[!-?A-~]{1,189}$/;
const NAME_CHARS_MAX = 200;

const emailIn = (value: unknown): string | null => {
  const list = (Array.isArray(value) ? value : [value]).filter((one) => one !== undefined && one !== null);
  const objects = list.map((one: unknown) => (isObject(one) ? one : { value: one }));
  const chosen =
    objects.find((one) => valueOf(one, "primary") === true || valueOf(one, "primary") === "true") ??
    objects.find((one) => valueOf(one, "type") === "work") ??
    objects[0];
  return chosen === undefined ? null : textOf(valueOf(chosen, "value"), "emails");
};

/** Throws invalidValue for what cannot be: a name is needed, and an email, which may be the name. */
const checked = (draft: Omit<UserDraft, "email" | "userName"> & { userName: string | null; email: string | null }) => {
  const userName = draft.userName?.toLowerCase() ?? "";
  if (userName === "") throw wrong("invalidValue", "userName is missing.");
  const email = (draft.email ?? userName).toLowerCase();
  if (!EMAIL.test(email)) throw wrong("invalidValue", "There is no email: send one in emails, or as the userName.");
  return { ...draft, userName, email };
};

/** A user resource as it was sent whole. Throws invalidValue. */
export const draftOf = (resource: Json): UserDraft => {
  const name = valueOf(resource, "name");
  const names = isObject(name) ? name : {};
  const active = valueOf(resource, "active");
  return checked({
    userName: textOf(valueOf(resource, "userName"), "userName"),
    externalId: textOf(valueOf(resource, "externalId"), "externalId"),
    givenName: textOf(valueOf(names, "givenName"), "name.givenName"),
    familyName: textOf(valueOf(names, "familyName"), "name.familyName"),
    displayName:
      textOf(valueOf(resource, "displayName"), "displayName") ?? textOf(valueOf(names, "formatted"), "name.formatted"),
    email: emailIn(valueOf(resource, "emails")),
    active: active === undefined || active === null ? true : booleanOf(active, "active"),
  });
};

type Loose = { -readonly [K in keyof UserDraft]: UserDraft[K] | null };

/** Attributes by their path in small letters, with what a value does to the draft. Others are passed over. */
const SETTERS: Readonly<Record<string, (draft: Loose, value: unknown) => void>> = {
  username: (draft, value) => void (draft.userName = textOf(value, "userName")),
  externalid: (draft, value) => void (draft.externalId = textOf(value, "externalId")),
  displayname: (draft, value) => void (draft.displayName = textOf(value, "displayName")),
  "name.formatted": (draft, value) => void (draft.displayName ??= textOf(value, "name.formatted")),
  "name.givenname": (draft, value) => void (draft.givenName = textOf(value, "name.givenName")),
  "name.familyname": (draft, value) => void (draft.familyName = textOf(value, "name.familyName")),
  active: (draft, value) => {
    // Azure wraps it in a list now and then
    const [one]: unknown[] = Array.isArray(value) ? value : [value];
    draft.active = booleanOf(isObject(one) ? valueOf(one, "value") : one, "active");
  },
  emails: (draft, value) => void (draft.email = emailIn(value)),
  "emails.value": (draft, value) => void (draft.email = emailIn(value)),
  name: (draft, value) => {
    if (!isObject(value)) throw wrong("invalidValue", "name is an object.");
    for (const [key, one] of Object.entries(value)) SETTERS[`name.${key.toLowerCase()}`]?.(draft, one);
  },
};

/** What is known of a person after a PATCH. Throws what is wrong with it. */
export const patched = (before: UserDraft, operations: readonly Operation[]): UserDraft => {
  const draft: Loose = { ...before };
  for (const { op, path, value } of operations) {
    const set = Object.hasOwn(SETTERS, path ?? "") ? SETTERS[path ?? ""] : undefined;
    if (op === "remove" && (path === "username" || path === "active")) {
      throw wrong("mutability", `${path} cannot be removed.`);
    }
    if (op === "remove" && path === "name") Object.assign(draft, { givenName: null, familyName: null });
    else set?.(draft, op === "remove" ? null : value);
  }
  return checked({ ...draft, active: draft.active ?? true });
};

/** How a person is called: what the directory shows, else the parts of the name, else the user name. */
export const nameOf = ({ displayName, givenName, familyName, userName }: UserDraft): string =>
  (displayName ?? ([givenName, familyName].filter((part) => part !== null).join(" ") || userName)).slice(
    0,
    NAME_CHARS_MAX,
  );
