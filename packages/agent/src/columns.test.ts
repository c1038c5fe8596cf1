import type { Component } from "@zerotrace/core";
import { expect, test } from "vitest";
import { fromColumns, keyOf, toColumns } from "./columns.ts";

const requests: Component = { ecosystem: "PyPI", name: "requests", version: "2.28.1" };
const owner = { ecosystem: "Debian:12", name: "requests", version: "2.28.1+dfsg-1" };
const owned: Component = { ...requests, ownedBy: owner };
const bash: Component = { ecosystem: "Debian:12", name: "bash", version: "5", arch: "amd64" };

test("components come back from their columns, the one in a package of the system beside the one that is not", () => {
  const components = [bash, owned, requests];
  expect(fromColumns(toColumns(components))).toEqual(components);
  expect(toColumns([owned, requests, bash])).toEqual(toColumns(components));
  expect(new Set(components.map(keyOf)).size).toBe(3);
});

test("each owner is sent once, and nothing of owners where there is none", () => {
  const six = { ...owned, name: "six" };
  expect(toColumns([owned, six, requests])).toMatchObject({ owners: [owner], owner: [1, 0, 1] });
  expect(toColumns([requests, bash])).not.toHaveProperty("owner");
  expect(toColumns([requests, bash])).not.toHaveProperty("owners");
});
