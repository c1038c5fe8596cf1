import { expect, test } from "vitest";
import type { AdvisoryRecord } from "../advisory/advisory.ts";
import { parseOsvRecord } from "../advisory/osv.ts";
import { createIndexBuilder } from "./build.ts";
import { PAGE_BYTES } from "./layout.ts";
import { openIndex, openIndexInParts } from "./open.ts";

const PACKAGES = 3000;
const nameOf = (n: number): string => `package-${(n * 7919) % PACKAGES}`;

const recordOf = (n: number): AdvisoryRecord =>
  parseOsvRecord({
    id: `TEST-${n}`,
    modified: "2026-01-01T00:00:00Z",
    summary: `What is wrong with package ${n}, told at some length`,
    aliases: [`CVE-2024-${10_000 + n}`],
    affected: [
      {
        package: { ecosystem: n % 3 === 0 ? "Maven" : "npm", name: nameOf(n) },
        ...(n % 5 === 0 ? { versions: ["1.0.0", `1.0.${n}`] } : {}),
        ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: `1.${n % 40}.0` }] }],
      },
    ],
  });

const builder = createIndexBuilder();
for (let n = 0; n < PACKAGES; n++) builder.add(recordOf(n));
const bytes = builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] });

const sourceOf = (all: Uint8Array) => {
  const asked = { bytes: 0 };
  const read = (into: Uint8Array, at: number): void => {
    if (at + into.length > all.length) throw new Error("there is less");
    into.set(all.subarray(at, at + into.length));
    asked.bytes += into.length;
  };
  return { source: { sizeBytes: all.length, read }, asked };
};

test("an index that is read in parts answers every question as the whole one does", () => {
  const whole = openIndex(bytes);
  const parts = openIndexInParts(sourceOf(bytes).source);
  for (let n = 0; n < PACKAGES; n++) {
    const asked = [n % 2 === 0 ? "npm" : "Maven", nameOf(n), `1.${n % 50}.0`] as const;
    const verdict = parts.match(...asked);
    expect(JSON.stringify(verdict)).toBe(JSON.stringify(whole.match(...asked)));
    expect(parts.explain(...asked)).toEqual(whole.explain(...asked));
    for (const { advisory } of verdict.hits) expect(parts.advisory(advisory)).toEqual(whole.advisory(advisory));
  }
  const position = openIndexInParts(sourceOf(bytes).source).find("CVE-2024-12000");
  expect(position).toBe(whole.find("CVE-2024-12000"));
  expect(parts.recordsOf(position)).toEqual(["TEST-2000"]);
  expect(parts.attributesHash(position)).toBe(whole.attributesHash(position));
  expect(parts.lifeCycles()).toEqual(whole.lifeCycles());
  expect([...openIndexInParts(sourceOf(bytes).source).packages()]).toEqual([...whole.packages()]);
  expect(openIndexInParts(sourceOf(bytes).source).bytes).toEqual(bytes);
});

test("one question reads a small part of the bytes", () => {
  const { source, asked } = sourceOf(bytes);
  expect(openIndexInParts(source).match("npm", nameOf(1), "1.0.0").verdict).toBe("affected");
  expect(asked.bytes).toBeLessThan(bytes.length * 0.75);
  expect(bytes.length).toBeGreaterThan(10 * PAGE_BYTES);
});

test("damage is told where it is met: no answer comes of a damaged page", () => {
  const whole = openIndex(bytes);
  const answer = JSON.stringify(whole.match("npm", nameOf(1), "1.0.0"));
  const ask = (all: Uint8Array): string =>
    JSON.stringify(openIndexInParts(sourceOf(all).source).match("npm", nameOf(1), "1.0.0"));
  let refusedCount = 0;
  for (let at = 0; at < bytes.length; at += 4099) {
    const broken = bytes.slice();
    broken[at]! ^= 0x40;
    try {
      expect(ask(broken)).toBe(answer);
    } catch (error) {
      expect(error).toMatchObject({ code: "BAD_FEED" });
      refusedCount += 1;
    }
    expect(() => openIndexInParts(sourceOf(broken).source).bytes).toThrow(
      expect.objectContaining({ code: "BAD_FEED" }),
    );
  }
  expect(refusedCount).toBeGreaterThan(10);
  for (const length of [0, 8, bytes.length - 8]) {
    expect(() => ask(bytes.slice(0, length))).toThrow(expect.objectContaining({ code: "BAD_FEED" }));
  }
});
