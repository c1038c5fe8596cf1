import { expect, test } from "vitest";
import { printQuery } from "../query/language/print.ts";
import { parseScope } from "./scope.ts";

const parted = (text: string): unknown => {
  const { assets, findings, errors } = parseScope(text);
  return errors.length > 0
    ? errors.map((e) => [e.at, e.message.split(":")[0]])
    : [printQuery(assets), printQuery(findings)];
};

test("a scope is parted into which assets and which of their findings", () => {
  expect(parted("advisory:CVE-2026-1")).toEqual(["", "advisory:CVE-2026-1"]);
  expect(parted("label:lab severity<=medium -host:web-1")).toEqual(["label:lab -host:web-1", "severity<=medium"]);
  expect(parted("(label:lab OR host:web-*) openssl")).toEqual(["label:lab OR host:web-*", "openssl"]);
  expect(parted("label:lab")).toEqual(["label:lab", ""]);
  expect(parted("exposure:isolated criticality:low kev:false")).toEqual([
    "exposure:isolated criticality:low",
    "kev:false",
  ]);
  expect(parted("seen>2026-01-31")).toEqual(["", "seen>2026-01-31"]);
});

test("what no decision can be about is named at its place", () => {
  expect(parted("")).toEqual([[0, "A decision needs a scope"]]);
  const mixed = "Assets and findings are mixed in one OR or NOT";
  expect(parted("kev:true (severity:low OR label:lab)")).toEqual([[26, mixed]]);
  expect(parted("-(host:web-1 kev:true)")).toEqual([[2, mixed]]);
  expect(parted("status:open")).toEqual([[0, "A decision cannot ask for status, which decisions change"]]);
  expect(parted("ssvc:track")).toEqual([[0, "A decision cannot ask for ssvc, which decisions change"]]);
  expect(parted("bash seen:7d")).toEqual([[5, "A decision needs days that stay"]]);
  expect(parted("severty:low")).toEqual([[0, expect.stringMatching(/no field/)]]);
});
