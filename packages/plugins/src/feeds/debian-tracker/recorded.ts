import type { Recorded } from "../recorded.ts";
import { createDebianTrackerFeed } from "./index.ts";

const FILE = "/tracker/data/json";

const resolved = (version: string, urgency = "not yet assigned") => ({
  status: "resolved",
  repositories: { bookworm: version, "bookworm-security": version },
  fixed_version: version,
  urgency,
});
const open = (urgency = "not yet assigned", rest: Readonly<Record<string, string>> = {}) => ({
  status: "open",
  repositories: { bookworm: "1.0-1" },
  urgency,
  ...rest,
});

const TRACKER = {
  openssl: {
    "CVE-2026-0001": {
      description: 'A flaw in "OpenSSL", with } and { in it.',
      debianbug: 1000001,
      scope: "remote",
      releases: {
        bookworm: resolved("3.0.15-1~deb12u1"),
        trixie: resolved("0"),
        forky: resolved("3.5.1-1"),
        sid: resolved("3.5.1-1"),
      },
    },
    "CVE-2026-0002": {
      releases: {
        bookworm: open("low**", { nodsa: "Minor issue", nodsa_reason: "postponed" }),
        trixie: open("unimportant"),
        forky: { ...open(), status: "undetermined" },
        sid: open("end-of-life"),
      },
    },
    "CVE-2026-0003": { releases: { bookworm: resolved("0"), forky: resolved("0"), sid: open() } },
    "TEMP-0000000-0CA7E3": { description: "not yet named", releases: { sid: open(), forky: open() } },
  },
  "only-in-sid": {
    "CVE-2026-0001": {
      releases: { bookworm: open("", { nodsa: "no", nodsa_reason: "" }), sid: resolved("2:4.5-1", "high") },
    },
    "CVE-2026-0004": { releases: { bookworm: { status: "resolved" } } },
    "CVE-2026-0005": { releases: { bookworm: { status: "odd" } } },
    "CVE-2026-0006": "text",
    "CVE-bad": { releases: {} },
  },
  future: { "CVE-2026-0007": { releases: { "not-a-release": open() } } },
};

/** The tracker's document: fixed, open, never affected, undetermined, sid alone, a temporary id and bad entries. */
export const recorded: Recorded = {
  feed: createDebianTrackerFeed,
  location: (serverUrl) => serverUrl + FILE,
  answer: ({ path }) =>
    path === FILE
      ? {
          headers: { "content-type": "application/json", "last-modified": "Tue, 03 Feb 2026 03:00:00 GMT" },
          body: JSON.stringify(TRACKER),
        }
      : null,
  expected: {
    records: ["DEBIAN-CVE-2026-0001", "DEBIAN-CVE-2026-0002", "DEBIAN-TEMP-0000000-0CA7E3"],
    cves: [],
    badCount: 4,
  },
};
