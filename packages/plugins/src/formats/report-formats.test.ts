import { Ajv } from "ajv";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { xmlTree } from "../extractors/xml-tree.ts";
import { REPORT_FORMATS } from "./index.ts";
import type { FinishedScan } from "./report.ts";
import { findingOf, HOSTILE, hostileScan, scanOf, writtenBy } from "./report-fixtures.ts";
import { gitlabShape, SARIF_SHAPE } from "./report-shape-fixtures.ts";

const write = (id: string, scan: FinishedScan): Promise<string> =>
  writtenBy(
    REPORT_FORMATS.find((format) => format.id === id)!,
    scan,
  );

const faultsOf = (shape: object, text: string): unknown => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  // the package is CommonJS: its default export is the plugin itself
  (formats as unknown as (ajv: Ajv) => void)(ajv);
  const validate = ajv.compile(shape);
  return validate(JSON.parse(text)) ? [] : validate.errors;
};

const FOR_PEOPLE = new Set(["github", "html", "junit", "markdown", "notices"]);
const ordinary = scanOf({
  findings: [findingOf(), findingOf({ id: "CVE-2026-1", fixedIn: null, epss: null, kev: true })],
});
const image = (): FinishedScan => {
  const [inventory] = ordinary.inventories;
  const facts = {
    id: "x",
    reference: "r",
    digest: "",
    architecture: "",
    os: "",
    createdAt: null,
    layers: [],
    base: null,
  };
  return {
    ...ordinary,
    inventories: [{ ...inventory!, kind: "image", image: { ...facts, faults: [], attached: [] } }],
  };
};
const broken = scanOf({ unreadable: [{ source: "yarn.lock", error: "It is no lockfile." }] });

test.each(REPORT_FORMATS.map((format) => [format.id]))(
  "%s is the same bytes each time, whatever the names are",
  async (id) => {
    for (const scan of [ordinary, hostileScan(), scanOf(), broken, image()]) {
      const text = await write(id, scan);
      expect(await write(id, scan)).toBe(text);
      expect(text.endsWith("\n") || text === "").toBe(true);
      expect(text.isWellFormed()).toBe(true);
      // JSON escapes what steers a terminal, or its readers show it; texts for people hold none of it.
      const forbidden = FOR_PEOPLE.has(id) ? ["\u001b", "\u0000", "\u202e"] : ["\u001b", "\u0000"];
      for (const character of forbidden) expect(text.includes(character), JSON.stringify(character)).toBe(false);
    }
  },
);

test("SARIF has the structure of its schema, with fix, help and the exact snippet that leaves a finding out", async () => {
  for (const scan of [ordinary, hostileScan(), scanOf(), broken]) {
    expect(faultsOf(SARIF_SHAPE, await write("sarif", scan))).toEqual([]);
  }
  const [run] = JSON.parse(await write("sarif", ordinary)).runs;
  expect(run.results[0]).toMatchObject({
    ruleId: "CVE-2024-37890/npm/ws",
    level: "error",
    message: { text: expect.stringContaining("Upgrade ws to 7.5.10 or later. It comes through puppeteer@1.0.0.") },
    locations: [
      { physicalLocation: { artifactLocation: { uri: "app/package-lock.json" }, region: { startLine: 12 } } },
    ],
  });
  const { help, properties } = run.tool.driver.rules[0];
  expect(help.markdown).toContain('ignore:\n  - id: CVE-2024-37890\n    package: "ws"\n');
  expect(properties["security-severity"]).toBe("7.5");
  expect(run.invocations[0].executionSuccessful).toBe(true);
});

test("SARIF suppresses what a rule or VEX closes, with the reason; GitHub, which opens suppressed results, gets none of them", async () => {
  const vex = {
    status: "not_affected",
    justification: "component_not_present",
    note: "Built without it.",
    author: "us",
    at: "",
    document: "a.json",
  } as const;
  const scan = scanOf({
    findings: [findingOf()],
    ignored: [
      { ...findingOf({ id: "CVE-2026-1" }), ignored: { by: "rule", reason: "Only tests.", expires: "2027-01-01" } },
      { ...findingOf({ id: "CVE-2026-2" }), ignored: { by: "baseline", reason: "It was there before." } },
    ],
    notAffected: [{ ...findingOf({ id: "CVE-2026-3" }), vex }],
  });
  const text = await write("sarif", scan);
  expect(faultsOf(SARIF_SHAPE, text)).toEqual([]);
  const accepted = { kind: "external", status: "accepted" };
  expect(
    JSON.parse(text).runs[0].results.map((one: Record<string, unknown>) => [one["ruleId"], one["suppressions"]]),
  ).toEqual([
    ["CVE-2024-37890/npm/ws", []],
    ["CVE-2026-1/npm/ws", [{ ...accepted, justification: "Only tests.", properties: { expires: "2027-01-01" } }]],
    [
      "CVE-2026-3/npm/ws",
      [
        {
          ...accepted,
          justification: "VEX: not_affected. component_not_present. Built without it.",
          properties: { author: "us", document: "a.json" },
        },
      ],
    ],
  ]);
  const open = await write("sarif-github", scan);
  expect(faultsOf(SARIF_SHAPE, open)).toEqual([]);
  const { results } = JSON.parse(open).runs[0];
  expect(results).toHaveLength(1);
  expect(results[0]).not.toHaveProperty("suppressions");
});

test("the snippet of a hostile name is YAML that means exactly that name and cannot end its block of code", async () => {
  const [run] = JSON.parse(await write("sarif", hostileScan())).runs;
  const [, snippet = ""] = /```yaml\n([^`]*)\n```/.exec(run.tool.driver.rules[0].help.markdown) ?? [];
  expect(parse(snippet).ignore[0]).toMatchObject({ id: HOSTILE.toWellFormed(), package: HOSTILE.toWellFormed() });
});

test("GitLab's report has the structure of its schema, for dependencies and containers", async () => {
  for (const scan of [ordinary, hostileScan(), scanOf(), broken]) {
    expect(faultsOf(gitlabShape("dependency_scanning"), await write("gitlab", scan))).toEqual([]);
  }
  expect(faultsOf(gitlabShape("container_scanning"), await write("gitlab", image()))).toEqual([]);
  const [entry] = JSON.parse(await write("gitlab", ordinary)).vulnerabilities;
  expect(entry.location.dependency).toEqual({ package: { name: "ws" }, version: "7.5.9", direct: false });
});

test("JUnit is well-formed; nothing judged is skipped, nothing read is an error, never a pass", async () => {
  for (const scan of [ordinary, hostileScan(), scanOf(), broken]) {
    expect(xmlTree(await write("junit", scan)).name).toBe("testsuites");
  }
  expect(await write("junit", scanOf())).toContain('tests="1" failures="0" errors="0" skipped="0"');
  expect(await write("junit", broken)).toContain('tests="1" failures="0" errors="1" skipped="0"');
  const unjudged = scanOf({
    coverage: [{ ecosystem: "npm", components: 2, covered: 0, reason: "no_feed", sources: [] }],
  });
  expect(await write("junit", unjudged)).toContain('<skipped message="nothing could be judged"/>');
});

test("what could not be read is said by every report, and the scan is no success", async () => {
  for (const id of ["github", "gitlab", "html", "json", "junit", "markdown", "sarif"]) {
    expect(await write(id, broken), id).toContain("It is no lockfile.");
  }
  expect(JSON.parse(await write("gitlab", broken)).scan.status).toBe("failure");
  expect(JSON.parse(await write("sarif", broken)).runs[0].invocations[0].executionSuccessful).toBe(false);
  for (const id of ["markdown", "html"]) expect(await write(id, broken)).toContain("1 list could not be read.");
});

test("a hostile name is no new command, row, tag or link", async () => {
  const github = await write("github", hostileScan());
  expect(github.split("\n").filter((line) => line !== "" && !/^::(?:error|warning|notice) /.test(line))).toEqual([]);
  expect(github.match(/^::error /gm)).toHaveLength(3);
  const html = await write("html", hostileScan());
  expect(html).not.toMatch(/<script|<img|<!--|-->/);
  const markdown = await write("markdown", hostileScan());
  expect(markdown.match(/^\| \d/gm)).toHaveLength(2);
  for (const id of ["markdown", "notices"]) {
    const text = id === "markdown" ? markdown : await write(id, hostileScan());
    expect(text).not.toMatch(/(?<!\\)[<>]|(?<!\\)!?\[i|(?:^|[^\u200b])@all/);
  }
});

test("GitHub gets a finding at each of its places, 10 of a kind, first places first, and how many more there are", async () => {
  const places = [
    { path: "a/package-lock.json", reader: "npm-lock", line: 12 },
    { path: "b/package-lock.json", reader: "npm-lock", line: 7 },
  ];
  const few = [findingOf({ places }), findingOf({ id: "CVE-2026-1", places: [] })];
  expect((await write("github", scanOf({ findings: few }))).match(/^::error.*title=CVE-[\d-]+/gm)).toEqual([
    "::error file=app/a/package-lock.json,line=12,title=CVE-2024-37890",
    "::error title=CVE-2026-1",
    "::error file=app/b/package-lock.json,line=7,title=CVE-2024-37890",
  ]);
  const many = Array.from({ length: 40 }, (_, i) =>
    findingOf({ id: `CVE-2026-${i}`, places, ...(i < 20 ? { severity: "low" } : {}) }),
  );
  const lists = Array.from({ length: 5 }, (_, i) => ({ source: `${i}.lock`, error: "It is no lockfile." }));
  const lines = (await write("github", scanOf({ findings: many, unreadable: lists }))).trimEnd().split("\n");
  const count = (command: string): number => lines.filter((line) => line.startsWith(`::${command}`)).length;
  expect([count("error"), count("warning"), count("notice")]).toEqual([10, 3, 10]);
  expect(lines.at(-1)).toBe(
    "::notice::30 errors, 2 warnings, 31 notices more than GitHub shows of a step (10 of each kind); see the summary.",
  );
});

test("notices list components by license, those without a license first", async () => {
  const text = await write("notices", scanOf());
  expect(text.match(/^##? .*|^- .*/gm)).toEqual([
    "# Third-party notices",
    "## No license is declared",
    "- left 1.0.0 `pkg:npm/left@1.0.0`",
    "## MIT",
    "- ws 7.5.9 `pkg:npm/ws@7.5.9`",
  ]);
});

test("twenty thousand findings of one lockfile are written in time", async () => {
  const findings = Array.from({ length: 20_000 }, (_, i) => findingOf({ id: `CVE-2026-${i}` }));
  const scan = scanOf({ findings });
  for (const id of [...FOR_PEOPLE, "gitlab", "json", "openvex", "sarif"]) {
    const before = process.threadCpuUsage();
    await write(id, scan);
    expect(process.threadCpuUsage(before).user / 1000, `${id}: ms`).toBeLessThan(1500);
  }
});
