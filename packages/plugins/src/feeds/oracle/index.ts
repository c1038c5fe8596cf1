import { DOWNLOAD_LIMITS, urlUnder } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { UpdateInfoFile } from "../errata.ts";
import { createErrataFeed } from "../errata-feed.ts";
import type { FetchedErrata } from "../errata-feed.ts";
import type { Feed, FeedContext } from "../feed.ts";
import { fetchUpdateInfo } from "../rpm-repository.ts";
import type { UpdatedPackage } from "../updateinfo.ts";

/** Oracle's package repositories. */
export const ORACLE_URL = "https://yum.oracle.com/repo/OracleLinux";

const ECOSYSTEM = "Oracle Linux";
/** The repositories that are on by default, and the builder's, by release. */
const REPOSITORIES: Readonly<Record<string, readonly string[]>> = {
  "7": ["latest", "UEKR5", "UEKR6"],
  "8": ["baseos/latest", "appstream", "codeready/builder", "UEKR6", "UEKR7"],
  "9": ["baseos/latest", "appstream", "codeready/builder", "UEKR7", "UEKR8"],
  "10": ["baseos/latest", "appstream", "codeready/builder", "UEKR8"],
};

/** Reads the updates of Oracle Linux 7 to 10. */
export const createOracleFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createErrataFeed(
    {
      descriptor: {
        id: "oracle",
        title: "Oracle Linux",
        summary: "Security updates (ELSA) of Oracle Linux 7 to 10, with the Unbreakable Enterprise Kernel.",
        source: ORACLE_URL,
        version: "1",
      },
      publicLocation: ORACLE_URL,
      ecosystem: ECOSYSTEM,
      releases: Object.keys(REPOSITORIES),
      vendor: {
        origin: `Oracle Linux updateinfo.xml (${ORACLE_URL})`,
        pageOf: (id) => `https://linux.oracle.com/errata/${id}.html`,
        introducedOf,
        // Rebuilds with an epoch above all others: a regular package would never reach their versions.
        isJudged: ({ version }) => !/_fips|\.ksplice\d/.test(version),
      },
      notCovered: [
        "Ksplice and FIPS builds: their epochs are above those of all other fixes, so that they look fixed.",
        "Flaws that Oracle has not fixed.",
        "Other architectures than x86_64 are judged by its versions.",
      ],
      fetch: fetchOracle,
    },
    limits,
  );

/** The feed with its defaults. */
export const oracleFeed: Feed = createOracleFeed();

/** Each release of the UEK stays with one version of Linux: a fix in 5.15.0 says nothing of a kernel 5.4.17. */
function introducedOf({ name, version }: UpdatedPackage): string {
  if (!name.startsWith("kernel-uek")) return "0";
  return `${version.slice(0, version.lastIndexOf("-"))}-0`;
}

async function fetchOracle(context: FeedContext, base: string, limits: DownloadLimits): Promise<FetchedErrata> {
  const files: UpdateInfoFile[] = [];
  const notes: string[] = [];
  for (const [release, repositories] of Object.entries(REPOSITORIES)) {
    for (const repository of repositories) {
      const name = `OL${release}/${repository}/x86_64`;
      const found = await fetchUpdateInfo(context, urlUnder(base, ...name.split("/")), name, limits);
      if (found === null) notes.push(`${name}: it publishes no updates at this address.`);
      else {
        if (found.stale !== null) notes.push(`${name} could not be reached (${found.stale}); the last copy is used.`);
        files.push({ path: found.path, ecosystem: `${ECOSYSTEM}:${release}`, shown: name, isCopy: true });
      }
    }
  }
  return { files, notes };
}
