import { applicableEcosystems, baseEcosystem } from "@zerotrace/core";
import { COVERED_ECOSYSTEMS } from "./osv/ecosystems.ts";

/** The ecosystems without release, sorted, that the public sources are asked for to judge components of these. */
export const publicEcosystems = (ecosystems: readonly string[]): string[] => {
  const bases = new Set(ecosystems.flatMap((one) => applicableEcosystems(one)).map(baseEcosystem));
  return COVERED_ECOSYSTEMS.filter((one) => bases.has(one));
};
