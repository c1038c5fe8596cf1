import { createCsafFeed } from "../csaf-feed.ts";
import { DOWNLOAD_LIMITS } from "../download.ts";
import type { DownloadLimits } from "../download.ts";
import type { Feed } from "../feed.ts";
import { SUSE_ORIGIN, suseRecord } from "./records.ts";

/** SUSE's VEX documents, one a CVE. */
export const SUSE_URL = "https://ftp.suse.com/pub/projects/security/csaf-vex";

/** SUSE has no archive that can be read here, so the first readings ask for documents one by one. */
const MAX_FETCHED = 4000;

/** Reads what SUSE says of the packages of SUSE Linux Enterprise and openSUSE, fixed or not. */
export const createSuseFeed = (limits: DownloadLimits = DOWNLOAD_LIMITS): Feed =>
  createCsafFeed(
    {
      descriptor: {
        id: "suse",
        title: "SUSE",
        summary: "Fixed and unfixed weaknesses of SUSE Linux Enterprise and openSUSE, by package.",
        source: SUSE_URL,
        version: "1",
      },
      publicLocation: SUSE_URL,
      origin: SUSE_ORIGIN,
      convert: suseRecord,
      notCovered: [
        "Products other than SUSE Linux Enterprise Server, Desktop, for SAP Applications, Micro and their modules, and openSUSE.",
        "Kernel live patches: a flaw that one closes is shown until the kernel is updated.",
        "Which binary packages hold the flaw: SUSE names all that are built from a source.",
      ],
      maxFetched: MAX_FETCHED,
    },
    limits,
  );

/** The feed with its defaults. */
export const suseFeed: Feed = createSuseFeed();
