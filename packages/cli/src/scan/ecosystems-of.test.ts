import { parseOsRelease } from "@zerotrace/plugins/extractors/os-release";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { expect, test } from "vitest";
import { ecosystemsOf } from "./ecosystems-of.ts";

test("what lies in a package of the system asks for the system's advisories, not for its language's", () => {
  const owner = { ecosystem: "Debian:12", name: "python3-yaml", version: "6.0-3" };
  const packages = [
    { component: { ecosystem: "npm", name: "ws", version: "7.5.9" } },
    { component: { ecosystem: "PyPI", name: "pyyaml", version: "6.0", ownedBy: owner } },
  ];
  const place = { path: "x", reader: "x", status: "ok", packages, problems: [] } as const;
  const inventory: TargetInventory = { name: "x", kind: "root", os: parseOsRelease(""), places: [place], problems: [] };
  expect(ecosystemsOf([inventory, inventory])).toEqual(["Debian:12", "npm"]);
});
