import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  completeQuery,
  FINDING_FIELDS,
  parseQuery,
  printQuery,
  QUERY_DEPTH_MAX,
  QUERY_TERMS_MAX,
  type QueryNode,
} from "./index.ts";

const read = (text: string) => parseQuery(text, FINDING_FIELDS);
/** The tree without places, as a short text. */
const tree = (node: QueryNode | null): string => {
  if (node === null) return "";
  if (node.kind === "word") return `'${node.text}'`;
  if (node.kind === "term") return `${node.field}${node.op}${node.values.join("/")}`;
  if (node.kind === "not") return `not(${tree(node.part)})`;
  return `${node.kind}(${node.parts.map(tree).join(", ")})`;
};
const treeOf = (text: string): string => {
  const { node, errors } = read(text);
  expect(errors, text).toEqual([]);
  return tree(node);
};

test("plain parts must all hold, and a comma means any of them", () => {
  expect(treeOf("severity:Critical,high kev:true label:prod fix:yes openssl")).toBe(
    "and(severity:critical/high, kev:true, label:prod, fix:yes, 'openssl')",
  );
  expect(treeOf('ecosystem:"Rocky Linux:9","Debian:12" "two words"')).toBe(
    "and(ecosystem:Rocky Linux:9/Debian:12, 'two words')",
  );
});

test("OR binds weaker than what stands beside each other; brackets and NOT group", () => {
  expect(treeOf("kev:true OR epss>=50% fix:yes")).toBe("or(kev:true, and(epss>=50%, fix:yes))");
  expect(treeOf("(kev:true | epss>=0.5) fix:yes")).toBe("and(or(kev:true, epss>=0.5), fix:yes)");
  expect(treeOf("-label:lab NOT (a OR b) !c")).toBe("and(not(label:lab), not(or('a', 'b')), not('c'))");
  expect(treeOf("- - not-a-keyword")).toBe("and('-', '-', 'not-a-keyword')");
});

test("numbers, ordered choices and days are compared", () => {
  expect(treeOf("risk>=70 severity>=high cvss:<4 seen>2026-01-31 seen:7d assets>100")).toBe(
    "and(risk>=70, severity>=high, cvss<4, seen>2026-01-31, seen:7d, assets>100)",
  );
});

test("what CISA's tree decides is a choice in its order, and exposure and criticality are of assets", () => {
  expect(treeOf("ssvc:Act,track* ssvc>=attend exposure:internet criticality:critical")).toBe(
    "and(ssvc:act/track*, ssvc>=attend, exposure:internet, criticality:critical)",
  );
  const offered = (text: string) => completeQuery(text, text.length, FINDING_FIELDS).map((c) => c.insert);
  expect(offered("ss")).toEqual(["ssvc:"]);
  expect(offered("ssvc:")).toEqual(["ssvc:act", "ssvc:attend", "ssvc:track*", "ssvc:track"]);
  expect(offered("exposure:int")).toEqual(["exposure:internal", "exposure:internet"]);
  expect(read("kev:true ssvc:later").errors).toEqual([
    { at: 9, length: 10, message: 'ssvc does not know "later": it takes one of track, track*, attend, act.' },
  ]);
  expect(read("exposure>internal").errors[0]?.message).toMatch(/exposure has no order/);
});

test("a mistake is named at its place with the mend, and the rest still counts", () => {
  const faults: [string, number, RegExp][] = [
    ["kev:true severty:high", 9, /no field "severty".*severity/],
    ["kev:maybe", 0, /kev does not know "maybe".*true, false/],
    ["fix:yes risk>=lots", 8, /risk does not know "lots".*0 to 100/],
    ["risk>=101", 0, /0 to 100/],
    ["package>a", 0, /no order/],
    ["kev:true epss>0,5", 9, /takes one value, with a point for decimals: 0\.5\./],
    ["epss>=5,5%", 0, /for decimals: 5\.5%\./],
    ["seen>7d", 0, /compares days/],
    ["seen:2026-02-30", 0, /a day such as/],
    ["asset:web-1", 0, /an id/],
    ["a (b OR c", 2, /not closed/],
    ["a b)", 3, /closes none/],
    ["a -", 2, /^$/],
    ['package:"open', 8, /quote is not closed/],
    ['openssl "abc \\"', 8, /quote is not closed/],
    ['package:""', 0, /package needs a value/],
    ['package:openssl,"  "', 0, /package needs a value/],
    ['kev:true ""', 9, /nothing between these quotes/],
    ["kev:true ( )", 9, /nothing between these brackets/],
    ["kev:true OR", 9, /The OR has nothing on one of its sides/],
    ["OR kev:true", 0, /The OR has nothing/],
    ["a | OR b", 2, /The OR has nothing/],
    ["(a OR ) b", 3, /The OR has nothing/],
    ["a AND", 2, /The AND has nothing/],
    ["AND a", 0, /The AND has nothing/],
    ["a AND OR b", 2, /The AND has nothing/],
    ["severity:", 0, /needs a value/],
    ["a NOT", 2, /Nothing follows/],
  ];
  for (const [text, at, says] of faults) {
    if (text === "a -") {
      expect(treeOf(text)).toBe("and('a', '-')");
      continue;
    }
    const { errors } = read(text);
    expect(errors.length, text).toBeGreaterThan(0);
    expect(errors[0]?.at, text).toBe(at);
    expect(errors[0]?.message, text).toMatch(says);
  }
  expect(treeOf('a\\"x"')).toBe("and('a\\', 'x')");
  expect(read("kev:maybe OR fix:yes").errors.map((e) => e.at)).toEqual([0]);
  expect(tree(read("kev:true severty:high openssl").node)).toBe("and(kev:true, 'openssl')");
});

const place = (node: QueryNode): unknown => {
  if (node.kind === "not") return { not: place(node.part) };
  if ("parts" in node) return { [node.kind]: node.parts.map(place) };
  return node.kind === "word" ? node.text : [node.field, node.op, ...node.values];
};

const word = fc
  .string({ minLength: 1, maxLength: 12 })
  .map((text) => ({ kind: "word", text, at: 0, length: 0 }) as const);
const term = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("package", "host", "label"),
      fc.uniqueArray(
        fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== ""),
        { minLength: 1, maxLength: 3 },
      ),
    )
    .map(([field, values]) => ({ kind: "term", field, op: ":", values, at: 0, length: 0 }) as const),
  fc
    .integer({ min: 0, max: 100 })
    .map((n) => ({ kind: "term", field: "risk", op: ">=", values: [`${n}`], at: 0, length: 0 }) as const),
);
const { node: nodes } = fc.letrec<{ node: QueryNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, depthIdentifier: "query" },
    word,
    term,
    fc.record({ kind: fc.constant("not" as const), part: fc.oneof(word, term) }),
    fc
      .tuple(
        fc.constantFrom("and" as const, "or" as const),
        fc.array(tie("node"), { minLength: 2, maxLength: 3, depthIdentifier: "query" }),
      )
      .map(([kind, parts]): QueryNode => ({ kind, parts: parts.flatMap((p) => (p.kind === kind ? p.parts : [p])) })),
  ),
}));

test("what is printed reads back as the same tree", () => {
  fc.assert(
    fc.property(nodes, (node) => {
      const text = printQuery(node);
      fc.pre(text.length <= 2_000);
      const { node: again, errors } = read(text);
      expect(errors, text).toEqual([]);
      expect(again && place(again), text).toEqual(place(node));
    }),
  );
});

test("no text throws, every error lies within the text, and hostile texts are read in linear time", () => {
  const check = (text: string): void => {
    const { node, errors } = read(text);
    for (const { at, length } of errors) expect(at + length, text).toBeLessThanOrEqual(text.length);
    printQuery(node);
  };
  fc.assert(fc.property(fc.string({ maxLength: 200 }), check));
  fc.assert(
    fc.property(
      fc
        .array(fc.constantFrom("(", ")", "-", "OR", "NOT", '"', "a:", "risk>=", " ", ",", "x"), { maxLength: 80 })
        .map((p) => p.join("")),
      check,
    ),
  );
  const startedAt = performance.now();
  for (const one of ["(", ")", "-", '"', "a:", "a,", "OR ", "NOT ", "-(", "x "]) check(one.repeat(2_000 / one.length));
  expect(performance.now() - startedAt).toBeLessThan(1_000);
});

test("depth and the number of parts are bounded, and the mistake says so once", () => {
  const deep = read("(".repeat(QUERY_DEPTH_MAX + 5) + "a" + ")".repeat(QUERY_DEPTH_MAX + 5));
  expect(deep.errors.map((e) => e.message)).toEqual([expect.stringContaining("deep")]);
  const long = read("a ".repeat(QUERY_TERMS_MAX + 20));
  expect(long.errors).toHaveLength(1);
  expect(read("a".repeat(2_001)).node).toBeNull();
});

test("fields are offered while a word is typed, values after the operator, others after a comma", () => {
  const offered = (text: string, known?: Record<string, string[]>) =>
    completeQuery(text, text.length, FINDING_FIELDS, known).map((c) => c.insert);
  expect(offered("kev:true sev")).toEqual(["severity:"]);
  expect(offered("severity:")[0]).toBe("severity:critical");
  expect(offered("severity>=h")).toEqual(["severity>=high"]);
  expect(offered("-(severity:critical,")).not.toContain("severity:critical,critical");
  expect(offered("severity:critical,hi")).toEqual(["severity:critical,high"]);
  expect(offered("seen:")).toContain("seen:7d");
  expect(offered("ecosystem:Ro", { ecosystem: ["Rocky Linux:9", "npm"] })).toEqual(['ecosystem:"Rocky Linux:9"']);
  expect(offered("nothing:")).toEqual([]);
  expect(offered("").length).toBeGreaterThan(5);
});

test("a time is compared with a moment too, for days of other time zones; equal to one nothing is", () => {
  const ok = (text: string) => parseQuery(text, FINDING_FIELDS).errors.map(({ message }) => message);
  expect(ok("seen>=2026-01-30T23:00Z seen<2026-01-31T23:00:00.000Z")).toEqual([]);
  expect(ok("seen:2026-01-30T23:00Z")).toEqual([
    "seen compares moments: write seen>=2026-01-30T23:00Z or seen<2026-01-30T23:00Z.",
  ]);
  for (const wrong of ["2026-02-30T23:00Z", "2026-01-30T24:00Z", "2026-01-30T23:00", "2026-01-30T23:00+01:00"])
    expect(ok(`seen>=${wrong}`), wrong).toHaveLength(1);
});
