import type { Recorded } from "../recorded.ts";
import { rpmRepository } from "../amazon/fixtures.ts";
import { createOracleFeed } from "./index.ts";

const ROOT = "/repo/OracleLinux";

const UEK = {
  id: "ELSA-2026-50001",
  title: "ELSA-2026-50001: Unbreakable Enterprise kernel security update",
  severity: "IMPORTANT",
  cves: ["CVE-2026-0001"],
} as const;

const REPOSITORIES = {
  "OL8/appstream/x86_64": [
    {
      id: "ELSA-2026-0101",
      title: "ELSA-2026-0101: nodejs:20 security update",
      severity: "MODERATE",
      cves: ["CVE-2026-0002", "CVE-2026-0003"],
      module: '<module name="nodejs" stream="20" version="8100020260105" context="489197e6" arch="x86_64"/>',
      packages: [["nodejs", "1", "20.19.1", "1.module+el8.10.0+90500+1a2b3c4d", "x86_64"]],
    },
  ],
  "OL8/UEKR7/x86_64": [{ ...UEK, packages: [["kernel-uek", "0", "5.15.0", "308.179.6.el8uek", "x86_64"]] }],
  "OL9/UEKR7/x86_64": [{ ...UEK, packages: [["kernel-uek", "0", "5.15.0", "308.179.6.el9uek", "x86_64"]] }],
  "OL9/baseos/latest/x86_64": [
    {
      id: "ELSA-2026-0102",
      title: "ELSA-2026-0102: openssl security update",
      cves: ["CVE-2026-0004"],
      packages: [
        ["openssl-libs", "1", "3.5.1", "4.0.1.el9_7", "x86_64"],
        ["openssl", "1", "3.5.1", "4.0.1.el9_7", "src"],
      ],
    },
    { id: "no id!", cves: ["CVE-2026-0005"], packages: [["bash", "0", "5.1.8", "9.el9", "x86_64"]] },
    { id: "ELBA-2026-0103", type: "bugfix", packages: [["bash", "0", "5.1.8", "10.el9", "x86_64"]] },
  ],
} as const;

/** Oracle's repositories: one update in two releases, a module, a bug fix, a bad id; the others are not there. */
export const recorded: Recorded = {
  feed: createOracleFeed,
  location: (serverUrl) => serverUrl + ROOT,
  answer: ({ path }) => {
    for (const [name, updates] of Object.entries(REPOSITORIES)) {
      const found = rpmRepository(`${ROOT}/${name}`, updates, path);
      if (found !== null) return found;
    }
    return null;
  },
  expected: { records: ["ELSA-2026-0101", "ELSA-2026-0102", "ELSA-2026-50001"], cves: [], badCount: 1 },
  checkedPath: `${ROOT}/OL9/baseos/latest/x86_64/repodata/updateinfo.xml.gz`,
};
