import type { FinishedScan, ScanFinding, ScanReport } from "./report.ts";
import type { FoundPackage } from "../extractors/file-extractor.ts";
import { parseOsRelease } from "../extractors/os-release.ts";

/** Text from outside that tries to be markup, a command, another cell or another line. For tests. */
export const HOSTILE =
  "a<script>alert(1)</script>|b\r\n::error::x\n\"'&`![i](javascript:x) @all \u001b[31m\u0000\u202e\ud800 ]]>--><!--";

/** A finding of a report. For tests. */
export const findingOf = (more: Partial<ScanFinding> = {}): ScanFinding => ({
  purl: "pkg:npm/ws@7.5.9",
  ecosystem: "npm",
  package: "ws",
  version: "7.5.9",
  id: "CVE-2024-37890",
  aliases: ["GHSA-3h5v-q93c-6h6q"],
  title: "ws affected by a DoS",
  fixedIn: "7.5.10",
  severity: "high",
  cvss: 7.5,
  epss: 0.01,
  kev: false,
  risk: 41.3,
  target: "app",
  places: [{ path: "package-lock.json", reader: "npm-lock", line: 12 }],
  isDirect: false,
  via: ["puppeteer@1.0.0"],
  ...more,
});

const PACKAGES: readonly FoundPackage[] = [
  { component: { ecosystem: "npm", name: "left", version: "1.0.0" } },
  { component: { ecosystem: "npm", name: "ws", version: "7.5.9" }, license: "MIT", line: 12 },
];

/** A finished scan of a folder with this report. For tests. */
export const scanOf = (
  report: Partial<ScanReport> = {},
  { packages = PACKAGES, name = "app" }: { readonly packages?: readonly FoundPackage[]; readonly name?: string } = {},
): FinishedScan => ({
  report: {
    schema: "zerotrace.scan/1",
    target: name,
    targets: [{ name, kind: "folder", os: "", components: packages.length, places: 1 }],
    components: packages.length,
    coverage: [{ ecosystem: "npm", components: packages.length, covered: packages.length, sources: ["osv"] }],
    findings: [],
    sources: [],
    ...report,
  },
  inventories: [
    {
      name,
      kind: "folder",
      root: "/repo/app",
      os: parseOsRelease(""),
      places: [{ path: "package-lock.json", reader: "npm-lock", status: "ok", packages, problems: [] }],
      problems: [],
    },
  ],
  toolVersion: "0.1.0",
  baseFolder: "/repo",
  at: "2026-01-02T00:00:00.000Z",
});

/** A scan in which every text from outside is hostile. For tests. */
export const hostileScan = (): FinishedScan => {
  const place = { path: HOSTILE, reader: "npm-lock", line: 3, inside: HOSTILE };
  const finding = findingOf({
    purl: "pkg:npm/x@1",
    package: HOSTILE,
    version: HOSTILE,
    id: HOSTILE,
    aliases: [HOSTILE],
    title: HOSTILE,
    fixedIn: HOSTILE,
    via: [HOSTILE],
    target: HOSTILE,
    places: [place],
  });
  const license = { purl: "pkg:npm/x@1", package: HOSTILE, version: HOSTILE, license: HOSTILE, target: HOSTILE };
  return scanOf(
    {
      target: HOSTILE,
      findings: [finding, { ...finding, places: [] }],
      ignored: [{ ...finding, ignored: { by: "rule", reason: HOSTILE, owner: HOSTILE } }],
      notAffected: [
        {
          ...finding,
          vex: {
            status: "not_affected",
            justification: HOSTILE,
            note: HOSTILE,
            author: HOSTILE,
            at: "",
            document: HOSTILE,
          },
        },
      ],
      unreadable: [{ source: HOSTILE, error: HOSTILE }],
      leftOut: [{ source: HOSTILE, error: HOSTILE }],
      licenses: [{ ...license, verdict: "denied", places: [place] }],
      faults: [{ id: "root-user", severity: "low", says: HOSTILE, fix: HOSTILE, target: HOSTILE }],
      policy: { failOn: [], overCount: 1, warnings: [HOSTILE] },
      coverage: [{ ecosystem: HOSTILE, components: 2, covered: 1, reason: "no_feed", sources: [] }],
    },
    {
      name: HOSTILE,
      packages: [{ component: { ecosystem: "npm", name: HOSTILE, version: HOSTILE }, license: HOSTILE }],
    },
  );
};

/** What a writer says, as one text. For tests. */
export const writtenBy = async (
  format: { readonly load: () => Promise<{ readonly write: (scan: FinishedScan) => Iterable<string> }> },
  scan: FinishedScan,
): Promise<string> => [...(await format.load()).write(scan)].join("");
