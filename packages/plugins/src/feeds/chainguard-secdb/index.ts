import { DOWNLOAD_LIMITS } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed } from "../feed.ts";
import { createSecdbFeed } from "../secdb-feed.ts";

/** Chainguard's security database. */
export const CHAINGUARD_SECDB_URL = "https://packages.cgr.dev/chainguard/security.json";

/** Reads which version of Chainguard's packages fixes what. */
export const createChainguardSecdbFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createSecdbFeed(
    {
      descriptor: {
        id: "chainguard-secdb",
        title: "Chainguard security database",
        summary: "Fixed versions of Chainguard's packages.",
        source: CHAINGUARD_SECDB_URL,
        version: "1",
      },
      publicLocation: CHAINGUARD_SECDB_URL,
      ecosystem: "Chainguard",
      prefix: "CHAINGUARD-",
      notCovered: [
        "Flaws without a fix: the database lists fixed ones only.",
        "Packages of other repositories than the public one: extras and private ones.",
      ],
    },
    limits,
  );

/** The feed with its defaults. */
export const chainguardSecdbFeed: Feed = createChainguardSecdbFeed();
