import { debianArchiveFeed } from "./debian-archive/index.ts";
import { epssFeed } from "./epss/index.ts";
import type { Feed } from "./feed.ts";
import { kevFeed } from "./kev/index.ts";
import { osvFeed } from "./osv/index.ts";

/** Every feed, by id. A test asserts that this list is the folder. */
export const FEEDS: readonly Feed[] = [debianArchiveFeed, epssFeed, kevFeed, osvFeed];

export { createDebianArchiveFeed } from "./debian-archive/index.ts";
export { EPSS_URL } from "./epss/index.ts";
export { KEV_URL } from "./kev/index.ts";
export { OSV_BUCKET } from "./osv/ecosystems.ts";
export { compileFeeds } from "./compile.ts";
export type { Compiled, CompileOptions } from "./compile.ts";
export { compileInWorker } from "./compile-worker.ts";
export { PACKAGE_MIRROR, PUBLIC_SOURCES } from "./plan.ts";
export type { PublicSources } from "./plan.ts";
