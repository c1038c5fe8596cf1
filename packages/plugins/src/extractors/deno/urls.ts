import type { Component } from "@zerotrace/core";

/** Places that serve npm packages by name and version: `https://esm.sh/v135/lodash@4.17.21/es2022/lodash.mjs`. */
const NPM =
  /^https:\/\/(?:esm\.sh|unpkg\.com|cdn\.skypack\.dev|cdn\.jsdelivr\.net\/npm|esm\.run)\/(?:v\d+\/|stable\/)?(?:\*?)((?:@[^/@]+\/)?[^/@]+)@(\d+\.\d+\.\d+[^/?&]*)/;
/** Deno's own registry of addresses: `https://deno.land/x/oak@v12.0.0/mod.ts`, `https://deno.land/std@0.200.0/…`. */
const DENO = /^https:\/\/deno\.land\/(?:x\/)?([^/@]+)@v?(\d[^/?]*)/;

/** The package that a module's address names with an exact version; null when it names none. */
export const componentOfUrl = (url: string): Component | null => {
  const npm = NPM.exec(url);
  if (npm !== null) return { ecosystem: "npm", name: npm[1]!, version: npm[2]! };
  const deno = DENO.exec(url);
  return deno === null ? null : { ecosystem: "Deno", name: deno[1]!, version: deno[2]! };
};
