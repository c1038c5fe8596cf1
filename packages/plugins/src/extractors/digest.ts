import type { Component } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { canonicalLine } from "./gather.ts";

/** SHA-256 (hex) of a set of components. The order given does not matter; any differing field changes it. */
export const digestOf = (components: readonly Component[]): string => {
  const hash = createHash("sha256");
  for (const line of components.map(canonicalLine).sort()) hash.update(line).update("\n");
  return hash.digest("hex");
};
