import { expect, test } from "vitest";
import { PERMISSIONS, PLATFORM_PERMISSIONS } from "./permissions.ts";
import { BUILT_IN_ROLES } from "./roles.ts";

test("no role but the provider's reaches beyond its company, and none reports as an agent", () => {
  for (const [id, role] of Object.entries(BUILT_IN_ROLES)) {
    const beyond = role.permissions.filter((p) => PLATFORM_PERMISSIONS.includes(p));
    expect(beyond, id).toEqual(id === "provider" ? [...PLATFORM_PERMISSIONS].sort() : []);
    expect(role.permissions, id).not.toContain("agents:report");
  }
});

test("permissions and those of each role are sorted and each there once", () => {
  for (const list of [PERMISSIONS, ...Object.values(BUILT_IN_ROLES).map((r) => r.permissions)]) {
    expect(list).toEqual([...new Set(list)].sort());
  }
});

test("who only looks changes nothing", () => {
  const writes = PERMISSIONS.filter((p) => /:(manage|modify|delete|execute|upload|report|enter)$/.test(p));
  for (const id of ["viewer", "auditor"] as const) {
    expect(BUILT_IN_ROLES[id].permissions.filter((p) => (writes as string[]).includes(p))).toEqual([]);
  }
});
