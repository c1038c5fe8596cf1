/**
 * Whether a source that adds to the others (`kev`, `epss`) was read. Where it was not, "not exploited" would be a guess.
 * True while it is not known which sources there are.
 */
export const wasRead = (
  feeds: { readonly sources: readonly { readonly feed: string; readonly recordCount: number }[] } | undefined,
  feed: "kev" | "epss",
): boolean => feeds === undefined || feeds.sources.some((s) => s.feed === feed && s.recordCount > 0);
