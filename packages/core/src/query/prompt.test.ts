import * as fc from "fast-check";
import { expect, test } from "vitest";
import { completePrompt, formatPrompt, parsePrompt, PROMPT_KEYS } from "./index.ts";

test("a prompt of keys and words becomes the API's filter", () => {
  const { filter, errors } = parsePrompt(
    "severity:High,critical kev:true fix:yes status:open ecosystem:Debian:12 openssl 3",
  );
  expect(errors).toEqual([]);
  expect(filter).toEqual({
    severity: "critical,high",
    kev: "true",
    fix: "yes",
    status: "open",
    ecosystem: "Debian:12",
    q: "openssl 3",
  });
});

test("quotes hold spaces and colons together", () => {
  expect(parsePrompt('ecosystem:"Rocky Linux:9" "pkg:deb/debian"').filter).toEqual({
    ecosystem: "Rocky Linux:9",
    q: "pkg:deb/debian",
  });
  expect(parsePrompt('ecosystem:"Rocky Lin').filter).toEqual({ ecosystem: "Rocky Lin" });
});

test("a mistake is named at its place and the rest still counts", () => {
  const text = "sev:high kev:maybe severity:critical severity:low openssl";
  const { filter, errors } = parsePrompt(text);
  expect(filter).toEqual({ severity: "critical", q: "openssl" });
  expect(errors.map((e) => [text.slice(e.at, e.at + e.length), e.message])).toEqual([
    ["sev:high", 'There is no key "sev". Did you mean severity: ?'],
    ["kev:maybe", 'kev: does not know "maybe". Values: true, false.'],
    ["severity:low", "severity: stands twice. Keep one. Separate values with commas."],
  ]);
});

test("an empty value, a bad asset id and too many words are mistakes", () => {
  expect(parsePrompt("kev:").errors).toHaveLength(1);
  expect(parsePrompt("asset:web-1").errors[0]?.message).toMatch(/id/);
  expect(parsePrompt("x".repeat(201)).errors).toHaveLength(1);
});

test("every filter survives being written and read again", () => {
  const word = fc.stringMatching(/^[a-z0-9.+-]{1,12}$/);
  const filter = fc.record(
    {
      severity: fc.constantFrom("critical", "critical,high", "unknown"),
      kev: fc.constantFrom("true" as const, "false" as const),
      fix: fc.constantFrom("yes" as const, "no" as const),
      status: fc.constantFrom("open" as const, "fixed" as const, "all" as const),
      ecosystem: fc.constantFrom("npm", "Debian:12", "Rocky Linux:9"),
      assetId: fc.uuid(),
      advisory: fc.constantFrom("CVE-2026-1", "GHSA-x-y"),
      package: word,
      q: fc.array(fc.oneof(word, fc.constant("pkg:npm/x")), { minLength: 1, maxLength: 3 }).map((w) => w.join(" ")),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(filter, (f) => {
      expect(parsePrompt(formatPrompt(f))).toEqual({ filter: f, errors: [] });
    }),
  );
});

test("any text is read without throwing, and each mistake lies within it", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), (text) => {
      for (const e of parsePrompt(text).errors) expect(e.at + e.length).toBeLessThanOrEqual(text.length);
    }),
  );
});

test("keys complete while a word is typed, values after the colon", () => {
  expect(completePrompt("se", 2).map((c) => c.insert)).toEqual(["severity:"]);
  expect(completePrompt("", 0)).toHaveLength(PROMPT_KEYS.length);
  expect(completePrompt("openssl severity:critical,h", 27)).toEqual([
    { at: 8, length: 19, insert: "severity:critical,high", says: "how bad" },
  ]);
  expect(completePrompt("ecosystem:de", 12, { ecosystem: ["Debian:12", "npm"] }).map((c) => c.insert)).toEqual([
    "ecosystem:Debian:12",
  ]);
  expect(completePrompt("nokey:x", 7)).toEqual([]);
});
