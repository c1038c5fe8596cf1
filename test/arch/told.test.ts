import { componentOfPurl, explainComponent } from "@zerotrace/core";
import { EXAMPLES, NOW } from "@zerotrace/core/explain/fixtures";
import { alternativesOf, fixCommands } from "@zerotrace/core/fix/commands";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { BUILT_IN_ROLES, COMPANY_SETTINGS } from "@zerotrace/core/schema";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { cloneAdvice } from "../../packages/server/src/features/agents/rules.ts";
import { sentenceOf } from "../../packages/server/src/features/changes/sentence.ts";
import { LIMITS } from "../../packages/server/src/features/limits/contract.ts";
import german from "../../packages/web/src/texts/de.json" with { type: "json" };
import { SENTENCES } from "../../packages/web/src/ui/sentences.ts";
import { tellerOf } from "../../packages/web/src/ui/teller.ts";
import { childrenOf, nameOf, type Node, treeOf } from "../support/texts/ast.ts";

// Who builds a sentence of the server's or core's anew sees here that the dashboard has to tell it: each maker is run.
const catalog: Readonly<Record<string, string>> = german;
const told = tellerOf(
  SENTENCES,
  (text, values = {}) => (catalog[text] ?? text).replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? ""),
  "de",
);
/** Words that no German sentence has. */
const ENGLISH =
  /\b(?:the|of|and|with|is|are|on|no|not|by|since|until|up|has|have|that|affected|fixed|within|from|for|which|what|any|its|it|this|how|many|when|known|days|years)\b/i;

const untold = (sentences: Iterable<string>): string[] =>
  [...new Set(sentences)].filter((text) => {
    const said = told(text).replaceAll(/in freier|for SAP|NOT|\b(?:OR|AND)\b/g, "");
    return (said === text && /\p{Ll}{2,} \p{L}/u.test(text)) || ENGLISH.test(said);
  });

test("what core explains is told in German, whatever decides", () => {
  const purls = [
    "npm/a@1.2.0",
    "npm/a@1.6.0",
    "npm/a@1.9.0",
    "npm/a@3.0.0",
    "npm/b@1.0.0",
    "npm/zzz@1.0.0",
    "pypi/c@1",
  ];
  const more = ["pypi/c@3", "pypi/c@foo_bar", "pypi/listed@1.1", "pypi/only-listed@1.0", "deb/debian/bash@1"];
  const systems = [
    "deb/debian/bash@1?distro=debian-8",
    "deb/debian/bash@1?distro=debian-12",
    "deb/debian/libssl3@3.0.15-1~deb12u1?distro=debian-12&upstream=openssl@3.0.15-1",
    "deb/debian/openssl@3.0.11-1?distro=debian-12",
    "rpm/oracle/bash@1?distro=ol-9",
  ];
  const advisories = [
    undefined,
    "CVE-2026-0001",
    "CVE-2026-0002",
    "CVE-2026-0003",
    "GHSA-bbbb-bbbb-bbbb",
    "CVE-1999-1",
  ];
  const owner = { ecosystem: "Debian:12", name: "openssl", version: "3.0.16-1" };
  const vex = { status: "not_affected", author: "Ann", at: NOW, justification: "component_not_present", note: "seen" };
  const said = [...purls, ...more, ...systems].flatMap((purl) =>
    advisories.flatMap((advisory) =>
      [{}, { ownedBy: owner }].flatMap((beside) => {
        const component = { ...componentOfPurl(`pkg:${purl}`), ...beside };
        const asked = { component, now: NOW, feedsFor: () => ["osv"], ...(advisory === undefined ? {} : { advisory }) };
        const ruled = { ...asked, ruling: () => ({ closes: true, statement: vex }) as never };
        return [asked, ruled].flatMap((one) => {
          const { answer, decidedBy, steps } = explainComponent(EXAMPLES, one);
          return [answer, decidedBy, ...steps.map(({ says }) => says)];
        });
      }),
    ),
  );
  expect(new Set(said).size).toBeGreaterThan(60);
  expect(untold(said)).toEqual([]);
});

test("what changed is told in German, and what is not seen", () => {
  const kinds = ["opened", "fixed", "reopened", "kev", "epss", "asset_new", "asset_silent"] as const;
  const entry = { name: "CVE-2026-1", packages: ["openssl"] };
  const basis = {
    advisoriesAt: "2026-01-01T00:00:00Z",
    isStale: true,
    staleFeeds: ["osv"],
    assetCount: 3,
    withoutInventory: 1,
    silentCount: 1,
    pendingJobs: 1,
  };
  const nothing = { ...basis, isStale: false, staleFeeds: [], withoutInventory: 0, silentCount: 0, pendingJobs: 0 };
  const said = [1, 2, 1284].flatMap((count) =>
    [[], [kinds[0]], ["asset_new"], kinds].flatMap((some) =>
      [0, 1, 2].flatMap((matter) =>
        [basis, nothing, { ...basis, advisoriesAt: null, assetCount: 0, silentCount: 4, pendingJobs: 4 }].flatMap(
          (of) => {
            const totals = some.map((kind) => ({ kind, count, isExact: count < 1000 }));
            const sections = [
              { kind: "kev", entries: some.length > 1 ? Array.from({ length: count % 9 }, () => entry) : [] },
            ];
            const matters = some.length === 0 ? 0 : matter;
            const changes = { totals, matter: { count: matters, isExact: true }, days: [{ sections }], basis: of };
            const { says, gaps } = sentenceOf({ ...changes, until: "2026-01-03T00:00:00Z" } as never);
            return [says, ...gaps];
          },
        ),
      ),
    ),
  );
  expect(untold(said)).toEqual([]);
});

test("settings, limits, roles and the fields of queries are told in German, and so is what can be done", () => {
  const said = [
    ...Object.values(COMPANY_SETTINGS).map(({ meaning }) => meaning),
    ...Object.values(LIMITS).flatMap(({ says, unit }) => [says, unit]),
    ...Object.values(BUILT_IN_ROLES).map(({ summary }) => summary),
    ...FINDING_FIELDS.map(({ says }) => says),
    ...[
      ["a", "a"],
      ["a", "b"],
      ["b", "a"],
    ].map(([machine = "", boot = ""]) =>
      cloneAdvice([
        { machine: "a", boot: "a" },
        { machine, boot },
      ]),
    ),
    ...["npm", "Debian:12"].flatMap((ecosystem) => alternativesOf({ ecosystem, name: "a" })),
  ];
  expect(untold(said)).toEqual([]);
  const targets = [
    "npm",
    "PyPI",
    "RubyGems",
    "Debian:12",
    "Alpine:v3.20",
    "Red Hat:9",
    "Windows",
    "Maven",
    "GitHub Actions",
  ];
  const titles = targets.flatMap((ecosystem) =>
    fixCommands({ ecosystem, name: "a", fixedIn: "2", installed: [] }).map(({ title }) => title),
  );
  // most are names
  expect(titles.filter((title) => ENGLISH.test(told(title)))).toEqual([]);
});

test("what is wrong with a query is told in German", () => {
  const values = ["x", "", "5..", "2026-02-31", "7d", "2026-01-31T10:00Z", "a,b", "999999", "é".repeat(400)];
  const queries = FINDING_FIELDS.flatMap(({ name }) =>
    [":", ">", ">="].flatMap((op) => values.map((value) => `${name}${op}${value}`)),
  );
  const more = [
    "severty:high",
    "(a",
    "a)",
    "NOT",
    '""',
    "()",
    "kev:true OR",
    "AND kev:true",
    '"a',
    "zz:a",
    "a ".repeat(120),
    "a".repeat(2_100),
    `${"(".repeat(20)}a`,
  ];
  // words of the language of queries are the same in every language
  const words = [
    FINDING_FIELDS.map(({ name }) => name).join(", "),
    ...FINDING_FIELDS.flatMap(({ type }) => (type.kind === "choice" ? [type.values.join(", ")] : [])),
    "fixed",
  ];
  const said = [...queries, ...more, `package:${"a,".repeat(110)}a`].flatMap((query) =>
    parseQuery(query, FINDING_FIELDS).errors.map(({ message }) =>
      words.reduce((text, word) => text.replaceAll(word, "zt"), message),
    ),
  );
  expect(new Set(said).size).toBeGreaterThan(40);
  expect(untold(said)).toEqual([]);
});

const FEEDS = new URL("../../packages/plugins/src/feeds/", import.meta.url).pathname;

/** The literals of lists that say what a source does not cover. */
const notCovered = (node: Node, within = false): string[] => {
  const name =
    node.type === "Property" ? nameOf(node["key"]) : node.type === "VariableDeclarator" ? nameOf(node["id"]) : "";
  const isIn = within || name === "notCovered" || name === "NOT_COVERED";
  const own = isIn && node.type === "Literal" && typeof node["value"] === "string" ? [node["value"]] : [];
  return [...own, ...childrenOf(node).flatMap((child) => notCovered(child, isIn))];
};

test("what a source does not cover is told in German", () => {
  const files = readdirSync(FEEDS, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  const said = files.flatMap((file) => notCovered(treeOf(readFileSync(join(FEEDS, file), "utf8"), "ts")));
  expect(said.length).toBeGreaterThan(15);
  expect(untold(said)).toEqual([]);
});
