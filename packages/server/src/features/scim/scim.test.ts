import { expect, test } from "vitest";
import { parseFilter } from "./filter.ts";
import { groupDraftOf, patchedGroup } from "./group-rules.ts";
import { parsePatch } from "./patch.ts";
import { draftOf, nameOf, patched } from "./user-rules.ts";
import { pageOf, projected } from "./words.ts";

const ATTRIBUTES = ["username", "externalid", "displayname", "emails.value", "active", "id", "members"];
const ID = "11111111-2222-3333-4444-555555555555";
const OTHER = "99999999-2222-3333-4444-555555555555";

test("a filter compares with eq, in any case and with a schema or a type, joined by and", () => {
  const one = (text: string) => parseFilter(text, ATTRIBUTES);
  expect(one('userName eq "Ann@corp.example"')).toEqual([{ attribute: "username", value: "Ann@corp.example" }]);
  expect(one('urn:ietf:params:scim:schemas:core:2.0:User:userName Eq "a \\"b\\" and c"')).toEqual([
    { attribute: "username", value: 'a "b" and c' },
  ]);
  expect(one('emails[type eq "work"].value eq "a@b.c"')).toEqual([{ attribute: "emails.value", value: "a@b.c" }]);
  expect(one(`id eq "${ID}" and members eq "${OTHER}"`)).toEqual([
    { attribute: "id", value: ID },
    { attribute: "members", value: OTHER },
  ]);
  expect(one("active eq True")).toEqual([{ attribute: "active", value: true }]);
  expect(parseFilter(undefined, ATTRIBUTES)).toEqual([]);
});

test("a filter of another kind is refused as such, however long", () => {
  const others = [
    'userName co "a"',
    'userName eq "a" or userName eq "b"',
    'not (userName eq "a")',
    "userName eq ann",
    'password eq "x"',
    'userName eq "a" and',
    'userName eq "\\x"',
    "userName pr",
    `${'userName eq "a" and '.repeat(20)}userName eq "a"`,
    "[".repeat(900),
    `a[${"b".repeat(900)}`,
  ];
  for (const text of others) {
    expect(() => parseFilter(text, ATTRIBUTES), text).toThrow(expect.objectContaining({ field: "invalidFilter" }));
  }
});

const before = {
  userName: "ann@corp.example",
  externalId: "e1",
  givenName: "Ann",
  familyName: "Old",
  displayName: "Ann Old",
  email: "ann@corp.example",
  active: true,
};
const patch = (...Operations: object[]) => patched(before, parsePatch({ Operations }));

test("a PATCH is taken as Entra and Okta send it", () => {
  expect(patch({ op: "Replace", path: "active", value: "False" }).active).toBe(false);
  expect(patch({ op: "replace", value: { active: false } }).active).toBe(false);
  expect(patch({ op: "Replace", path: "active", value: [{ value: "False" }] }).active).toBe(false);
  const both = 'emails[type eq "work" and primary eq true].value';
  expect(patch({ op: "replace", path: both, value: "B@corp.example" }).email).toBe("b@corp.example");
  expect(patch({ op: "replace", value: { active: "True", "name.familyName": "New" } })).toEqual({
    ...before,
    familyName: "New",
  });
  expect(patch({ op: "Add", path: "name.givenName", value: "Anna" }).givenName).toBe("Anna");
  expect(patch({ op: "Replace", path: 'emails[type eq "work"].value', value: "New@corp.example" }).email).toBe(
    "new@corp.example",
  );
  expect(patch({ op: "replace", path: "emails", value: [{ value: "x@y.example", primary: true }] }).email).toBe(
    "x@y.example",
  );
  const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
  expect(patch({ op: "Add", path: enterprise, value: "IT" }, { op: "add", path: "title", value: "Dr" })).toEqual(
    before,
  );
  const own = "urn:ietf:params:scim:schemas:core:2.0:User:displayName";
  expect(patch({ op: "replace", path: own, value: "A. Old" }).displayName).toBe("A. Old");
  expect(patch({ op: "remove", path: "externalId" }).externalId).toBeNull();
});

test("a PATCH that cannot be is refused with what is wrong", () => {
  const cases: [object, string][] = [
    [{ op: "move", path: "active", value: true }, "invalidSyntax"],
    [{ op: "replace", path: "active", value: "maybe" }, "invalidValue"],
    [{ op: "remove" }, "noTarget"],
    [{ op: "remove", path: "userName" }, "mutability"],
    [{ op: "replace", path: "active eq", value: 1 }, "invalidPath"],
    [{ op: "replace", value: 1 }, "invalidValue"],
    [{ op: "replace", path: "userName", value: "" }, "invalidValue"],
    [{ op: "replace", path: "displayName", value: "x".repeat(600) }, "invalidValue"],
  ];
  for (const [operation, field] of cases) {
    expect(() => patch(operation), JSON.stringify(operation)).toThrow(expect.objectContaining({ field }));
  }
  for (const body of [{}, { Operations: [] }, { Operations: [1] }, { Operations: {} }]) {
    expect(() => parsePatch(body)).toThrow(expect.objectContaining({ field: "invalidSyntax" }));
  }
  expect(patch({ op: "replace", path: "tostring", value: { active: false } })).toEqual(before);
  expect(patch({ op: "replace", path: "constructor", value: "x" })).toEqual(before);
});

test("a user needs a name and an email, which may be the name; attributes are found in any case", () => {
  expect(draftOf({ USERNAME: "Ann@Corp.Example", name: { GivenName: "Ann", familyname: "Old" } })).toEqual({
    ...before,
    externalId: null,
    displayName: null,
  });
  expect(draftOf({ userName: "ann", emails: [{ value: "a@b.c" }, { value: "w@b.c", type: "work" }] }).email).toBe(
    "w@b.c",
  );
  for (const resource of [
    {},
    { userName: "ann" },
    { userName: 1 },
    { userName: "a@b.c", emails: [{ value: "x" }] },
    { userName: "ä@b.c" },
  ]) {
    expect(() => draftOf(resource)).toThrow(expect.objectContaining({ field: "invalidValue" }));
  }
  expect(nameOf({ ...before, displayName: null })).toBe("Ann Old");
  expect(nameOf({ ...before, displayName: null, givenName: null, familyName: null })).toBe("ann@corp.example");
});

test("members of a group come and go as directories send it", () => {
  const group = { displayName: "ops", externalId: null, members: [ID] };
  const change = (...Operations: object[]) => patchedGroup(group, parsePatch({ Operations })).members;
  expect(change({ op: "Add", path: "members", value: [{ value: OTHER }, { value: ID }] })).toEqual([ID, OTHER]);
  expect(change({ op: "Remove", path: `members[value eq "${ID}"]` })).toEqual([]);
  expect(change({ op: "Remove", path: "members", value: [{ value: ID }] })).toEqual([]);
  expect(change({ op: "remove", path: "members" })).toEqual([]);
  expect(change({ op: "replace", path: "members", value: [{ value: OTHER }] })).toEqual([OTHER]);
  expect(change({ op: "replace", value: { id: "x", displayName: "new", members: [] } })).toEqual([]);
  expect(() => change({ op: "add", path: "members", value: [{ value: "x" }] })).toThrow(/id of a user/);
  expect(() => groupDraftOf({ displayName: "a", members: [{ value: ID, type: "Group" }] })).toThrow(/within groups/);
  expect(() => groupDraftOf({})).toThrow(/displayName/);
});

test("a page and its attributes are what was asked for, within limits", () => {
  expect(pageOf({})).toEqual({ startIndex: 1, count: 100 });
  expect(pageOf({ startIndex: -5, count: 100_000 })).toEqual({ startIndex: 1, count: 200 });
  expect(pageOf({ count: 0 }).count).toBe(0);
  const resource = { schemas: [], id: "1", userName: "a", name: {}, members: [] };
  expect(Object.keys(projected(resource, { attributes: "userName,name.familyName" }))).toEqual([
    "schemas",
    "id",
    "userName",
    "name",
  ]);
  expect(Object.keys(projected(resource, { excludedAttributes: "members,ID" }))).not.toContain("members");
});
