import type { Recorded } from "../recorded.ts";
import { rpmRepository } from "./fixtures.ts";
import { createAmazonFeed } from "./index.ts";

const CORE_2 = "/2/core/2.0/x86_64/0123abcd";
const CORE_2023 = "/al2023/core/guids/4567ef/x86_64";

const UPDATES_2 = [
  {
    id: "ALAS2-2026-1001",
    title: "Amazon Linux 2 - ALAS2-2026-1001: critical priority package update for kernel",
    severity: "critical",
    updated: "2026-01-08 11:00",
    cves: ["CVE-2026-0001", "CVE-2026-0002"],
    packages: [
      ["kernel", "0", "4.14.355", "280.652.amzn2", "x86_64"],
      ["kernel", "0", "4.14.355", "280.651.amzn2", "aarch64"],
      ["kernel", "0", "4.14.355", "280.652.amzn2", "src"],
    ],
  },
  { id: "ALAS2-2026-1002", cves: ["CVE-2026-0003"], packages: [] },
  {
    id: "ALAS2-2026-1003",
    type: "bugfix",
    packages: [["tzdata", "0", "2026a", "1.amzn2", "noarch"]],
  },
] as const;

const EXTRA = "/2/extras/docker/latest/x86_64/89abcdef";

const UPDATES_EXTRA = [
  {
    id: "ALAS2DOCKER-2026-001",
    cves: ["CVE-2026-0006"],
    packages: [["containerd", "0", "1.7.27", "1.amzn2.0.1", "x86_64"]],
  },
] as const;

const UPDATES_2023 = [
  {
    id: "ALAS2023-2026-001",
    title: "Amazon Linux 2023 - ALAS2023-2026-001: Important priority package update for openssl",
    severity: "Important",
    issued: "2026-01-06 20:41:00",
    cves: ["CVE-2026-0004"],
    packages: [["openssl-libs", "1", "3.2.2", "1.amzn2023.0.3", "x86_64"]],
  },
  { id: "ALAS2023-2026-002", cves: ["CVE-2026-0005"], packages: [["bad", "x", "1", "1", "noarch"]] },
] as const;

/** Amazon's mirror lists and repositories: two releases, an extra, a bug fix, an update without packages, one with a bad epoch. */
export const recorded: Recorded = {
  feed: createAmazonFeed,
  location: (serverUrl) => serverUrl,
  answer: ({ path }, serverUrl) => {
    if (path === "/2/core/latest/x86_64/mirror.list") return { body: `${serverUrl}${CORE_2}\n` };
    if (path === "/al2023/core/mirrors/latest/x86_64/mirror.list") return { body: `${serverUrl}${CORE_2023}/\n` };
    if (path === "/2/extras-catalog.json")
      return { body: JSON.stringify({ topics: [{ n: "docker" }, { n: "../x" }] }) };
    if (path === "/2/extras/docker/latest/x86_64/mirror.list") return { body: `${serverUrl}${EXTRA}\n` };
    return (
      rpmRepository(EXTRA, UPDATES_EXTRA, path) ??
      rpmRepository(CORE_2, UPDATES_2, path) ??
      rpmRepository(CORE_2023, UPDATES_2023, path)
    );
  },
  expected: { records: ["ALAS2-2026-1001", "ALAS2023-2026-001", "ALAS2DOCKER-2026-001"], cves: [], badCount: 2 },
  checkedPath: `${CORE_2}/repodata/updateinfo.xml.gz`,
};
