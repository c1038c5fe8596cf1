import { AppError, normalizeName } from "@zerotrace/core";
import type { AdvisoryIndex } from "@zerotrace/core";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { assess } from "./assess.ts";
import { openScanIndex } from "./scan-index.ts";
import { readTarget } from "./targets.ts";
import { osvArchive } from "../fixtures.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const CORPUS = join(process.env["ZEROTRACE_SHARED"] ?? join(ROOT, "../shared"), "corpus/trivy-integration");

interface Vulnerability {
  readonly pkg: string;
  readonly installed: string;
  readonly id: string;
  readonly fixed: string | null;
  readonly purl: string;
}
interface Case {
  readonly test: string;
  readonly input: string | null;
  readonly golden: string;
  readonly options: Readonly<Record<string, string>>;
}
interface Expected {
  readonly golden: string;
  readonly results: readonly { readonly vulns: readonly Vulnerability[] }[];
}

const LAST_AFFECTED = "the record names the last affected version, so no fixed one is known: Trivy's own data names it";
const FIRST_FIX = "Trivy lists the fixes of all branches, we the one of the installed branch";

const NO_RELEASE = "Red Hat's records here have no release and an RHSA as name: nothing judges a CentOS by them";

/** Cases whose answer differs beyond spelling, with the reason. */
const DIFFERENT: Readonly<Record<string, string>> = {
  "repo_test/cocoapods": FIRST_FIX,
  "repo_test/conan": "the record says that 8.44 fixes it; the golden is of another revision of the data",
  "repo_test/gomod with VEX repository": "no repository of VEX documents is asked",
  "repo_test/gomod with local VEX file":
    "the document speaks of parts of another product, which this folder does not say to be",
  "repo_test/gradle": LAST_AFFECTED,
  "repo_test/mix.lock": LAST_AFFECTED,
  "repo_test/pom": LAST_AFFECTED,
  "repo_test/pubspec.lock": LAST_AFFECTED,
  "repo_test/sbt": LAST_AFFECTED,
  "repo_test/swift": FIRST_FIX,
  "sbom_test/centos7 cyclonedx": NO_RELEASE,
  "sbom_test/centos7 in in-toto attestation": NO_RELEASE,
  "sbom_test/centos7 spdx json": NO_RELEASE,
  "sbom_test/centos7 spdx tag-value": NO_RELEASE,
  "sbom_test/fluentd-multiple-lockfiles cyclonedx": LAST_AFFECTED,
  "sbom_test/minikube KBOM": FIRST_FIX,
};

/** Go's versions are written without `v` here, and names of PyPI in its normal form; neither is a difference. */
const lineOf = (ecosystem: string, { pkg, installed, id, fixed }: Vulnerability): string => {
  const version = (text: string): string => (ecosystem === "Go" ? text.replace(/^v(?=\d)/, "") : text);
  return `${normalizeName(ecosystem, pkg)} ${version(installed)} ${id} ${version(fixed ?? "")}`.trim();
};
const ecosystemOf = (purl: string): string =>
  purl.startsWith("pkg:golang/") ? "Go" : purl.startsWith("pkg:pypi/") ? "PyPI" : "";

/** `[]string{"testdata/fixtures/repo/gomod/a"}` as patterns within the input. */
const skipped = ({ input, options }: Case): string[] =>
  [options["skipFiles"], options["skipDirs"]].flatMap((text) =>
    Array.from(text?.matchAll(/"testdata\/([^"]+)"/g) ?? [], ([, path = ""]) => path.slice(`${input ?? ""}/`.length)),
  );

let folder = "";
let index: AdvisoryIndex;
const openIndex = (feeds: string): Promise<AdvisoryIndex> =>
  openScanIndex({
    dataDir: join(folder, "data"),
    feeds: [feeds],
    signal: new AbortController().signal,
    onProgress: () => undefined,
    warn: (text) => expect.fail(text),
  });

const findingsOf = async (path: string, one: Case): Promise<string[]> => {
  const inventory = await readTarget(path, {
    isOffline: true,
    registry: {},
    exclude: skipped(one),
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  const isDevWanted = one.options["includeDevDeps"] === "true";
  const { findings } = assess([inventory], index);
  const shown = findings.filter((finding) => isDevWanted || finding.isDev !== true);
  return [...new Set(shown.map((f) => `${f.package} ${f.version} ${f.id} ${f.fixedIn ?? ""}`.trim()))].sort();
};

const refused = (error: unknown): string[] => {
  if (error instanceof AppError && error.code === "UNREADABLE") return ["refused"];
  throw error;
};

const OWN: Case = { test: "own", input: "package-lock.json", golden: "own", options: {} };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-goldens-"));
  index = await openIndex(existsSync(CORPUS) ? join(CORPUS, "db-osv") : await osvArchive(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("what Trivy finds in its own test inputs we find; each differing case has its reason", async () => {
  if (!existsSync(CORPUS)) {
    const lock = { lockfileVersion: 3, packages: { "node_modules/ws": { version: "7.5.9" } } };
    await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
    expect(await findingsOf(join(folder, "package-lock.json"), OWN)).toEqual(["ws 7.5.9 CVE-2024-37890 7.5.10"]);
    return;
  }
  const text = readFileSync(join(CORPUS, "cases.json"), "utf8");
  const { cases, expected } = JSON.parse(text) as { cases: Case[]; expected: Expected[] };
  const wrong: string[] = [];
  const differing = new Set<string>();
  let count = 0;
  for (const one of cases) {
    const golden = expected.find((other) => other.golden === one.golden);
    if (golden === undefined || one.input === null || !existsSync(join(CORPUS, one.input))) continue;
    count += 1;
    const vulns = golden.results.flatMap((result) => result.vulns);
    const wanted = [...new Set(vulns.map((v) => lineOf(ecosystemOf(v.purl), v)))].sort();
    const found = await findingsOf(join(CORPUS, one.input), one).catch(refused);
    if (found.join("\n") === wanted.join("\n")) continue;
    differing.add(one.test);
    if (DIFFERENT[one.test] === undefined)
      wrong.push(`${one.test}\n  is ${found.join(", ")}\n  wanted ${wanted.join(", ")}`);
  }
  expect(wrong.join("\n")).toBe("");
  expect([...differing].sort()).toEqual(Object.keys(DIFFERENT).sort());
  expect(count).toBeGreaterThan(50);
});
