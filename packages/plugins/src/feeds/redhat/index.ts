import { createCsafFeed } from "../csaf-feed.ts";
import { DOWNLOAD_LIMITS } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed } from "../feed.ts";
import { REDHAT_ORIGIN, redhatRecord } from "./records.ts";

/** Red Hat's VEX documents in the form that is generally available since May 2026. */
export const REDHAT_URL = "https://security.access.redhat.com/data/csaf/v2/vex-feed";

/** More have changed only where the archive is months old. */
const MAX_FETCHED = 20_000;

/** Reads what Red Hat says of the packages of Red Hat Enterprise Linux, fixed or not. */
export const createRedhatFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createCsafFeed(
    {
      descriptor: {
        id: "redhat",
        title: "Red Hat",
        summary: "Fixed and unfixed weaknesses of Red Hat Enterprise Linux, by source package and module stream.",
        source: REDHAT_URL,
        version: "1",
      },
      publicLocation: REDHAT_URL,
      origin: REDHAT_ORIGIN,
      convert: redhatRecord,
      notCovered: [
        "Products other than Red Hat Enterprise Linux: containers, OpenShift, middleware, software collections.",
        "What an extended stream (EUS, AUS, TUS, E4S, ELS) leaves open while the main stream is not affected.",
        "Which binary packages of a source package hold the flaw: all of them are judged by the source package.",
      ],
      maxFetched: MAX_FETCHED,
    },
    limits,
  );

/** The feed with its defaults. */
export const redhatFeed: Feed = createRedhatFeed();
