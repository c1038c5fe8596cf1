import { EXTRACTORS, FEEDS } from "@zerotrace/plugins";
import { CONNECTORS } from "@zerotrace/plugins/connectors/index";
import { FILE_EXTRACTORS } from "@zerotrace/plugins/extractors/files";
import { REPORT_FORMATS } from "@zerotrace/plugins/formats/index";
import { SBOM_FORMATS } from "@zerotrace/plugins/formats/sbom";
import { VEX_OUT_FORMATS } from "@zerotrace/plugins/formats/vex-out";
import { expect, test } from "vitest";
import { foldersIn } from "./source.ts";

const KINDS = { connectors: CONNECTORS, extractors: EXTRACTORS, feeds: FEEDS };
const PLUGINS = "packages/plugins/src";
/** Folders that hold no plugins: what reads a whole target, and the schemas that formats are checked by. */
const NOT_KINDS: ReadonlySet<string> = new Set(["fixes", "targets"]);
const SCHEMAS = "schemas";

test("every kind of plugin has a registry, and every folder of a kind is registered under its name", () => {
  const ids = Object.fromEntries(
    Object.entries(KINDS).map(([kind, list]) => [kind, list.map(({ descriptor }) => descriptor.id)]),
  );
  // A system's databases and single files have a list each in one folder.
  const extractors = [...(ids["extractors"] ?? []), ...FILE_EXTRACTORS.map(({ id }) => id)].sort();
  // Reports, bills of materials and VEX documents are read and written by different parts of the product.
  const formats = [
    ...new Set([...REPORT_FORMATS.map(({ id }) => id), ...SBOM_FORMATS, ...VEX_OUT_FORMATS, SCHEMAS]),
  ].sort();
  const registered = { ...ids, extractors, formats };
  const kinds = foldersIn(PLUGINS).filter((kind) => !NOT_KINDS.has(kind));
  const folders = Object.fromEntries(kinds.map((kind) => [kind, foldersIn(`${PLUGINS}/${kind}`)]));
  expect(registered).toEqual(folders);
});

test("every plugin says what it is", () => {
  for (const { descriptor } of Object.values(KINDS).flat()) {
    for (const field of ["id", "title", "summary", "source", "version"] as const) {
      expect(descriptor[field], `${descriptor.id}.${field}`).toMatch(/\S/);
    }
  }
});
