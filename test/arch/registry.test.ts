import { EXTRACTORS, FEEDS } from "@zerotrace/plugins";
import { expect, test } from "vitest";
import { foldersIn } from "./source.ts";

const KINDS = { extractors: EXTRACTORS, feeds: FEEDS };
const PLUGINS = "packages/plugins/src";

test("every kind of plugin has a registry, and every folder of a kind is registered under its name", () => {
  const registered = Object.fromEntries(
    Object.entries(KINDS).map(([kind, list]) => [kind, list.map(({ descriptor }) => descriptor.id)]),
  );
  const folders = Object.fromEntries(foldersIn(PLUGINS).map((kind) => [kind, foldersIn(`${PLUGINS}/${kind}`)]));
  expect(registered).toEqual(folders);
});

test("every plugin says what it is", () => {
  for (const { descriptor } of Object.values(KINDS).flat()) {
    for (const field of ["id", "title", "summary", "source", "version"] as const) {
      expect(descriptor[field], `${descriptor.id}.${field}`).toMatch(/\S/);
    }
  }
});
