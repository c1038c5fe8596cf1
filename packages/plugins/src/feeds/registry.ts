import { alpineSecdbFeed } from "./alpine-secdb/index.ts";
import { amazonFeed } from "./amazon/index.ts";
import { chainguardSecdbFeed } from "./chainguard-secdb/index.ts";
import { cve5Feed } from "./cve5/index.ts";
import { cweFeed } from "./cwe/index.ts";
import { debianArchiveFeed } from "./debian-archive/index.ts";
import { debianTrackerFeed } from "./debian-tracker/index.ts";
import { eolFeed } from "./eol/index.ts";
import { epssFeed } from "./epss/index.ts";
import { exploitsFeed } from "./exploits/index.ts";
import type { Feed } from "./feed.ts";
import { ghsaFeed } from "./ghsa/index.ts";
import { kevFeed } from "./kev/index.ts";
import { msrcFeed } from "./msrc/index.ts";
import { nvdFeed } from "./nvd/index.ts";
import { oracleFeed } from "./oracle/index.ts";
import { osvFeed } from "./osv/index.ts";
import { redhatFeed } from "./redhat/index.ts";
import { suseFeed } from "./suse/index.ts";
import { wolfiSecdbFeed } from "./wolfi-secdb/index.ts";

/** Every feed, by id. A test asserts that this list is the folder. */
export const FEEDS: readonly Feed[] = [
  alpineSecdbFeed,
  amazonFeed,
  chainguardSecdbFeed,
  cve5Feed,
  cweFeed,
  debianArchiveFeed,
  debianTrackerFeed,
  eolFeed,
  epssFeed,
  exploitsFeed,
  ghsaFeed,
  kevFeed,
  msrcFeed,
  nvdFeed,
  oracleFeed,
  osvFeed,
  redhatFeed,
  suseFeed,
  wolfiSecdbFeed,
];
