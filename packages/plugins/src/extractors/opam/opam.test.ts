import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("a switch tells what is installed and what was asked for", async () => {
  const state = 'opam-version: "2.0"\nroots: ["dune.3.7.2"]\ninstalled: [\n  "base.v0.15.1"\n  "dune.3.7.2"\n]\n';
  const found = await extractFrom(extract, { ".opam-switch/switch-state": state });
  expect(namesOf(found)).toEqual(["base@v0.15.1", "dune@3.7.2"]);
  expect(found.packages.map((p) => p.isDirect)).toEqual([false, true]);
});

test("a locked project pins what it depends on; what only tests need is for development", async () => {
  const locked = 'depends: [\n  "ocaml" {= "4.14.1"}\n  "alcotest" {= "1.7.0" & with-test}\n  "free" {>= "2"}\n]\n';
  const found = await extractFrom(extract, { "x.opam.locked": locked });
  expect(namesOf(found)).toEqual(["alcotest@1.7.0", "free@", "ocaml@4.14.1"]);
  expect(found.packages.map((p) => p.isDev)).toEqual([true, false, false]);
});

test("a plain list is read, with a problem for what is no entry of it", async () => {
  const found = await extractFrom(extract, { "switch.export": "# list\ndune.3.7.2 # note\n\nnonsense\n" });
  expect(namesOf(found)).toEqual(["dune@3.7.2"]);
  expect(found.problems).toEqual(["nonsense: it is not written as name.version"]);
});

test("another file of opam is refused by name", async () => {
  await expect(extractFrom(extract, { "a.export": 'build: "x"' })).rejects.toMatchObject({ code: "UNREADABLE" });
});
