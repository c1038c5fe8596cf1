import { expect, test } from "vitest";
import { emailOf, grantOf, groupsOf, localPath } from "./rules.ts";

const granting = {
  mappings: [
    { group: "admins", role: "admin", labels: null },
    { group: "ops", role: "operator", labels: ["site:berlin"] },
  ],
  defaultRole: null,
  defaultLabels: null,
};

test("the first mapping whose group a person is in decides, then the default, then nothing", () => {
  expect(grantOf(granting, ["ops", "admins"])).toEqual({ role: "admin", labels: null });
  expect(grantOf(granting, ["x", "ops"])).toEqual({ role: "operator", labels: ["site:berlin"] });
  expect(grantOf(granting, ["Ops", ""])).toBeNull();
  expect(grantOf({ ...granting, defaultRole: "viewer" }, [])).toEqual({ role: "viewer", labels: null });
});

test("after a sign-in a browser goes to a path of the dashboard and nowhere else", () => {
  for (const path of ["/", "/findings?a=b#c", "/assets/1/../2"]) expect(localPath(path)).toMatch(/^\/[a-z]*/);
  expect(localPath("/findings?a=b#c")).toBe("/findings?a=b#c");
  const foreign = [
    undefined,
    "",
    "findings",
    "//evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/a\\b",
    "/x\r\nset-cookie: a=b",
    "/..//evil.example",
    "/a/%2e%2e//evil.example",
    "/api/v1/session",
    "/a/../api/v1/session",
    "/scim/v2/Users",
  ];
  for (const path of foreign) {
    const to = new URL(localPath(path), "https://own.example");
    expect([to.origin, /^\/(api|scim)/.test(to.pathname)], String(path)).toEqual(["https://own.example", false]);
  }
});

test("an email counts only where the provider may vouch for its domain", () => {
  expect(emailOf(" Ann@Corp.Example ", ["corp.example"])).toBe("ann@corp.example");
  for (const wrong of [
    undefined,
    1,
    "",
    "ann",
    "ann@corp.example.evil.example",
    "ann@evil.example@corp.example",
    "ann@sub.corp.example",
    "a b@corp.example",
    "<a@corp.example",
    "änn@corp.example",
  ]) {
    expect(() => emailOf(wrong, ["corp.example"]), String(wrong)).toThrow(/identity provider/);
  }
});

test("groups are texts: one or a list, what else a claim holds is passed over", () => {
  expect(groupsOf(undefined)).toBeNull();
  expect(groupsOf("a")).toEqual(["a"]);
  expect(groupsOf(["a", 1, null, { b: 1 }, "c"])).toEqual(["a", "c"]);
  expect(groupsOf({})).toEqual([]);
});
