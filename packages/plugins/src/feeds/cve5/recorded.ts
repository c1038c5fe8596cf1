import { hash } from "node:crypto";
import { zipOf } from "../fixtures.ts";
import type { Recorded } from "../recorded.ts";
import { createCve5Feed } from "./index.ts";

const RELEASE = "/repos/CVEProject/cvelistV5/releases/latest";
const DOWNLOADS = "/CVEProject/cvelistV5/releases/download/cve_2026-02-03_0300Z";
const ALL = "2026-02-03_all_CVEs_at_midnight.zip.zip";
const CHANGED = "2026-02-03_delta_CVEs_at_0300Z.zip";

type Json = Readonly<Record<string, unknown>>;

/** A record in the CVE record format, with what its numbering authority and CISA say. */
export const cveRecord = (cveId: string, cna: Json, adp: readonly Json[] = [], metadata: Json = {}): Json => ({
  dataType: "CVE_RECORD",
  dataVersion: "5.1",
  cveMetadata: {
    cveId,
    assignerOrgId: "00000000-0000-4000-8000-000000000000",
    state: "PUBLISHED",
    assignerShortName: "example",
    dateReserved: "2026-01-01T00:00:00",
    datePublished: "2026-01-02T03:04:05.678Z",
    dateUpdated: "2026-01-05T03:04:05.678Z",
    ...metadata,
  },
  containers: { cna: { providerMetadata: { shortName: "example" }, ...cna }, ...(adp.length > 0 && { adp }) },
});

/** CISA's own container, as it adds it to records. */
export const cisa = (more: Json = {}): Json => ({
  title: "CISA ADP Vulnrichment",
  providerMetadata: { shortName: "CISA-ADP", dateUpdated: "2026-01-04T00:00:00.000Z" },
  metrics: [
    {
      other: {
        type: "ssvc",
        content: {
          role: "CISA Coordinator",
          options: [{ Exploitation: "poc" }, { Automatable: "yes" }, { "Technical Impact": "total" }],
          version: "2.0.3",
        },
      },
    },
  ],
  ...more,
});

const npm = (lessThan: string): Json => ({
  descriptions: [{ lang: "en", value: "Left pads\nto the right." }],
  affected: [
    {
      vendor: "example",
      product: "left",
      collectionURL: "https://www.npmjs.com",
      packageName: "left",
      versions: [{ version: "0", lessThan, versionType: "semver", status: "affected" }],
      defaultStatus: "unaffected",
    },
  ],
});

const file = (name: string, value: unknown) => ({
  name,
  bytes: Buffer.from(typeof value === "string" ? value : JSON.stringify(value, null, 4)),
});

const INNER = zipOf([
  file("cves/2026/0xxx/CVE-2026-0001.json", cveRecord("CVE-2026-0001", npm("1.0.0"))),
  file("cves/2026/0xxx/CVE-2026-0002.json", cveRecord("CVE-2026-0002", npm("1.0.0"), [cisa()])),
  file("cves/2026/0xxx/CVE-2026-0003.json", "{ no record"),
  file(
    "cves/2026/123xxx/CVE-2026-123456.json",
    cveRecord("CVE-2026-123456", { rejectedReasons: [{ lang: "en", value: "Not one." }] }, [], {
      state: "REJECTED",
      dateRejected: "2026-01-03T00:00:00.000Z",
    }),
  ),
  file("cves/deltaLog.json", []),
]);

/** The archives of the release, by address. */
const FILES: Readonly<Record<string, Buffer>> = {
  [`${DOWNLOADS}/${ALL}`]: zipOf([{ name: "cves.zip", bytes: INNER }]),
  [`${DOWNLOADS}/${CHANGED}`]: zipOf([
    file("deltaCves/CVE-2026-0001.json", cveRecord("CVE-2026-0001", npm("1.0.1"))),
    file("deltaCves/CVE-2026-0004.json", cveRecord("CVE-2026-0004", { affected: [{ vendor: "n/a", product: "n/a" }] })),
  ]),
};

/** GitHub's release with an archive in an archive and the changes since midnight: one record that is none, one rejected. */
export const recorded: Recorded = {
  feed: createCve5Feed,
  location: (serverUrl) => serverUrl + RELEASE,
  answer: ({ path }, serverUrl) => {
    if (path !== RELEASE) return FILES[path] === undefined ? null : { body: FILES[path] };
    const assets = Object.entries(FILES).map(([own, body]) => ({
      name: own.slice(own.lastIndexOf("/") + 1),
      size: body.length,
      digest: `sha256:${hash("sha256", body)}`,
      browser_download_url: serverUrl + own,
    }));
    const body = JSON.stringify({ tag_name: "cve_2026-02-03_0300Z", published_at: "2026-02-03T03:04:00Z", assets });
    return { headers: { "content-type": "application/json" }, body };
  },
  expected: {
    records: ["CVELIST-CVE-2026-0001", "CVELIST-CVE-2026-0002"],
    cves: ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0004", "CVE-2026-123456"],
    badCount: 1,
  },
  checkedPath: `${DOWNLOADS}/${ALL}`,
};
