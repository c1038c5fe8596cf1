import { DOWNLOAD_LIMITS } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed } from "../feed.ts";
import { createSecdbFeed } from "../secdb-feed.ts";

/** Wolfi's security database. */
export const WOLFI_SECDB_URL = "https://packages.wolfi.dev/os/security.json";

/** Reads which version of Wolfi's packages fixes what. */
export const createWolfiSecdbFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createSecdbFeed(
    {
      descriptor: {
        id: "wolfi-secdb",
        title: "Wolfi security database",
        summary: "Fixed versions of Wolfi's packages.",
        source: WOLFI_SECDB_URL,
        version: "1",
      },
      publicLocation: WOLFI_SECDB_URL,
      ecosystem: "Wolfi",
      prefix: "WOLFI-",
      notCovered: ["Flaws without a fix: the database lists fixed ones only."],
    },
    limits,
  );

/** The feed with its defaults. */
export const wolfiSecdbFeed: Feed = createWolfiSecdbFeed();
