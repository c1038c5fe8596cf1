import { judgedAs } from "@zerotrace/core";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";

/** The ecosystems whose advisories judge what was found, sorted. */
export const ecosystemsOf = (inventories: readonly TargetInventory[]): string[] => {
  const found = new Set<string>();
  for (const { places } of inventories) {
    for (const { packages } of places) for (const { component } of packages) found.add(judgedAs(component).ecosystem);
  }
  return [...found].sort();
};
