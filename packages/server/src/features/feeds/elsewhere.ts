import { existsSync } from "node:fs";

/**
 * Whether other folders and files are named now than those that what is in force was read from. False where an address or a feed is
 * named by itself: what it was read from is written otherwise.
 */
export const isReadElsewhere = (
  named: readonly string[],
  sources: readonly { readonly location: string }[],
): boolean => {
  if (named.length === 0 || !named.every((one) => existsSync(one))) return false;
  const read = new Set(sources.map(({ location }) => location));
  return named.some((one) => !read.has(one)) || [...read].some((one) => !named.includes(one));
};
