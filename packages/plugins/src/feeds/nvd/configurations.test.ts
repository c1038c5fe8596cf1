import { expect, test } from "vitest";
import { cpeCriteria, productsOf } from "./configurations.ts";

const cpe = (name: string, version = "*", more = "*:*:*:*:*:*:*") => `cpe:2.3:${name}:${version}:${more}`;
const match = (criteria: string, bounds: object = {}, vulnerable = true) => ({ vulnerable, criteria, ...bounds });
const or = (...cpeMatch: object[]) => ({ operator: "OR", negate: false, cpeMatch });

test("a CPE name is lower case and unescaped; what is none is null", () => {
  expect(cpeCriteria("cpe:2.3:a:Soap\\:\\:lite_project:soap\\:\\:Lite:1.2\\(3\\):rc1:*:*:*:perl:*:*")).toEqual({
    name: "a:soap::lite_project:soap::lite",
    isPlaceholder: false,
    version: "1.2(3)",
    update: "rc1",
    only: ["target_sw=perl"],
  });
  expect(cpeCriteria("cpe:2.3:a:v:p:1.*:*:*:*:*:*:*:*")?.version).toBeNull();
  for (const bad of [null, 1, "", "cpe:/a:v:p", "cpe:2.3:x:v:p:1", "cpe:2.3:a:v", `cpe:2.3:a:${"v".repeat(2000)}:p`]) {
    expect(cpeCriteria(bad)).toBeNull();
  }
});

test("bounds become ranges, exact versions a list, `-` only itself and `*` all", () => {
  const { affected, skippedCount } = productsOf([
    {
      nodes: [
        or(
          match(cpe("a:v:p"), { versionStartIncluding: "1.0", versionEndExcluding: "1.5" }),
          match(cpe("a:v:p"), { versionEndIncluding: "0.9" }),
          match(cpe("a:v:p"), { versionStartExcluding: "2", versionEndIncluding: "3" }),
          match(cpe("a:v:p", "7.1", "rc2:*:*:*:*:*:*")),
          match(cpe("a:v:p", "7.2", "-:*:*:*:*:*:*")),
          match(cpe("o:v:os", "-")),
          match(cpe("h:v:box")),
          match(cpe("a:v:safe"), {}, false),
        ),
      ],
    },
  ]);
  expect(skippedCount).toBe(0);
  const range = (...events: object[]) => ({ type: "ECOSYSTEM", events });
  expect(affected).toEqual([
    {
      package: { ecosystem: "CPE", name: "a:v:p" },
      ranges: [
        range({ introduced: "1.0" }, { fixed: "1.5" }),
        range({ introduced: "0" }, { last_affected: "0.9" }),
        range({ introduced: "2-a" }, { last_affected: "3" }),
      ],
      versions: ["7.1-rc2", "7.2"],
    },
    { package: { ecosystem: "CPE", name: "o:v:os" }, versions: ["-"] },
    { package: { ecosystem: "CPE", name: "h:v:box" }, ranges: [range({ introduced: "0" })] },
  ]);
});

test("what must come together is kept with the condition, narrower names with what narrows them", () => {
  const { affected } = productsOf([
    {
      operator: "AND",
      nodes: [
        or(match(cpe("a:v:app", "1", "*:*:*:*:android:*:*")), match(cpe("a:v:app", "2"))),
        or(match(cpe("o:z:os"), {}, false), match(cpe("o:y:os"), {}, false)),
      ],
    },
    { nodes: [{ operator: "AND", cpeMatch: [match(cpe("a:v:one", "1")), match(cpe("a:v:two", "1"))] }] },
  ]);
  expect(affected.map((one) => [one.package.name, one.versions, one.database_specific])).toEqual([
    ["a:v:app", ["1"], { condition: ["o:y:os", "o:z:os"], only: ["target_sw=android"] }],
    ["a:v:app", ["2"], { condition: ["o:y:os", "o:z:os"] }],
    ["a:v:one", ["1"], { condition: ["a:v:two"] }],
    ["a:v:two", ["1"], { condition: ["a:v:one"] }],
  ]);
});

test("negated parts, placeholders and wildcards in versions are left out and counted", () => {
  const { affected, skippedCount } = productsOf([
    { negate: true, nodes: [or(match(cpe("a:v:p")))] },
    { nodes: [{ ...or(match(cpe("a:v:p"))), negate: true }] },
    { nodes: [or(match(cpe("a:null:null")), match(cpe("*:v:p")), match(cpe("a:v:p", "1.*")), match("nonsense"))] },
    { nodes: [{ operator: "OR", children: [or(match(cpe("a:v:child", "1")))] }] },
  ]);
  expect(affected.map((one) => one.package.name)).toEqual(["a:v:child"]);
  expect(skippedCount).toBe(6);
});

test("odd shapes give nothing, and thousands of products together cost no square of them", () => {
  for (const odd of [null, 1, "x", {}, [null], [{ nodes: 1 }], [{ nodes: [null, { cpeMatch: [null, 1] }] }]]) {
    expect(productsOf(odd).affected).toEqual([]);
  }
  const nodes = Array.from({ length: 4000 }, (_, i) => or(match(cpe(`a:v:p${i}`)), match(cpe(`a:v:q${i}`))));
  const startedAt = performance.now();
  expect(productsOf([{ operator: "AND", nodes }]).affected).toHaveLength(8000);
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
