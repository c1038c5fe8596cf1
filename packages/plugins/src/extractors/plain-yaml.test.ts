import { expect, test } from "vitest";
import { parse } from "yaml";
import { plainYaml } from "./plain-yaml.ts";

const PLAIN = `a: 1.10
'b c': "x\\ny" # comment
# comment
list:
- one
- name: two
  deep:
    more: 'it''s'
- three
nested:
  list:
    - x: y: z
      empty: {}
      none: []
  text: |-
    key: no
      value
  after: >
    folded
empty:
last: https://x/#y
`;

test("plain YAML is read as the full reader reads it, apart from long texts", () => {
  const full = parse(PLAIN.replace("x: y: z", "'x: y': z"), { schema: "failsafe" }) as Record<string, unknown>;
  const own = plainYaml(PLAIN.replace("x: y: z", "'x: y': z"))?.value;
  expect(JSON.parse(JSON.stringify(own))).toEqual({
    ...full,
    empty: "",
    nested: { ...(full["nested"] as object), text: "", after: "" },
  });
});

test("lines of the keys below the top are told", () => {
  expect(plainYaml(PLAIN)?.lines.get("nested\0text")).toBe(15);
});

test("what is not plain is left to the full reader", () => {
  for (const text of [
    "a: &b 1",
    "a: *b",
    "a: [1,\n 2]",
    "a: b\n  c: d",
    "just text",
    "- a",
    "? a\n: b",
    "a: 'b\n c'",
    "a: !x b",
  ]) {
    expect(plainYaml(text)).toBeNull();
  }
});
