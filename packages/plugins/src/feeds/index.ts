export type { Feed } from "./feed.ts";
export { FEEDS } from "./registry.ts";
export { createDebianArchiveFeed } from "./debian-archive/index.ts";
export { EPSS_URL } from "./epss/index.ts";
export { epssMoves, type EpssMove } from "./epss/moves.ts";
export { epssCourse, epssDayOf, epssDays, type EpssPoint, HISTORY_DAYS, keepScoresOf } from "./epss/history.ts";
export { KEV_URL } from "./kev/index.ts";
export { OSV_BUCKET } from "./osv/ecosystems.ts";
export { compileFeeds } from "./compile.ts";
export type { Compiled, CompileOptions } from "./compile.ts";
export { compileInWorker } from "./compile-worker.ts";
export { PACKAGE_MIRROR, PUBLIC_SOURCES } from "./plan.ts";
export { stampOf } from "./stamp.ts";
export type { PublicSources } from "./plan.ts";
export { compileGeneration } from "./compile.ts";
export { isBundle, isBundleLocation } from "./bundle-location.ts";
export { acceptBundle, type Trust, trustedKeys } from "./bundle-accept.ts";
export { BUNDLE_BYTES_MAX, type BundleHeader, bundleTitle, type VerifiedBundle, writeBundle } from "./bundle.ts";
export { type BundleKey, bundleKey, createBundleKey, readBundleKey } from "./bundle-keys.ts";
export { pinnedKeys, pinKey, type PinnedKey, trustFile } from "./bundle-trust.ts";
export { writeDelta } from "./generation-delta.ts";
export { cveOfNumber, type Generation, type GenerationMeta, shortHash } from "./generation-format.ts";
export { pour } from "./generation-pour.ts";
export {
  generationsDirectory,
  type Generations,
  type KeptGeneration,
  openGenerations,
  openKept,
} from "./generation-store.ts";
export {
  CHANGE_KINDS,
  type ChangeCounts,
  type ChangeKind,
  compareGenerations,
  compareWithKept,
  EPSS_THRESHOLD,
  type GenerationChange,
  isEpssMove,
  NO_GENERATION,
} from "./generation-compare.ts";
export { FEED_FACTS, type FeedFacts, feedsFor, type Freshness, freshnessOf, STALE_AFTER_HOURS } from "./feed-facts.ts";
