import { expect, test } from "vitest";
import { isInRange, packagesOf } from "./rules.ts";

test("ranges follow the order of the ecosystem, and what does not parse is not guessed", () => {
  const range = [
    { op: ">=", version: "2.0" },
    { op: "<", version: "2.17.1" },
  ] as const;
  expect(isInRange("Maven", "2.14.1", range)).toBe(true);
  expect(isInRange("Maven", "2.17.1", range)).toBe(false);
  expect(isInRange("Debian:12", "3.0.9-1", [{ op: "<", version: "3.0.11-1~deb12u2" }])).toBe(true);
  expect(isInRange("npm", "not a version", [{ op: "<", version: "2.0.0" }])).toBe(null);
  expect(isInRange("Generic", "weird", [{ op: "=", version: "weird" }])).toBe(true);
});

test("the packages of an advisory are those of its OSV records, each once, without releases", () => {
  const of = (ecosystem: string, name: string) => ({ package: { ecosystem, name } });
  const docs = [
    JSON.stringify({ affected: [of("Debian:12", "openssl"), of("Debian:11", "openssl"), of("npm", "a"), null, {}] }),
    "not json",
    JSON.stringify({ affected: "x" }),
  ];
  expect(packagesOf(docs, 10)).toEqual([
    { ecosystem: "npm", name: "a" },
    { ecosystem: "Debian", name: "openssl" },
  ]);
  expect(packagesOf(docs, 1)).toHaveLength(1);
});
