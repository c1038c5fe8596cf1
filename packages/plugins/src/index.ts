export * from "./plugin.ts";
export * from "./extractors/extractor.ts";
export * from "./feeds/feed.ts";
