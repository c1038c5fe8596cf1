import { expect, test } from "vitest";
import { parseAssetCondition } from "./rule.ts";

test("a condition names assets by label, name, kind and system", () => {
  const { node, errors } = parseAssetCondition("label:prod -host:test-* (os:Debian* OR kind:image)");
  expect(errors).toEqual([]);
  expect(node).toMatchObject({ kind: "and" });
});

test("nothing, a word alone and a field of findings are mistakes that say their mend", () => {
  expect(parseAssetCondition(" ").errors[0]?.message).toContain("write which assets it is about");
  expect(parseAssetCondition("web").errors).toMatchObject([
    { at: 0, length: 3, message: expect.stringContaining("host:*web*") },
  ]);
  expect(parseAssetCondition("severity:high").errors).toHaveLength(1);
  expect(parseAssetCondition("label:a OR web").node).toBeNull();
});
