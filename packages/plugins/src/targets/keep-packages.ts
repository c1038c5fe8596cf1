import type { FoundPackage } from "../extractors/file-extractor.ts";

/** The packages of a place that are kept; positions of what they need follow, and a way through one that is left out is unknown. */
export const keepPackages = (
  packages: readonly FoundPackage[],
  keeps: (found: FoundPackage) => boolean,
): FoundPackage[] => {
  const positions = new Map<number, number>();
  packages.forEach((found, at) => {
    if (keeps(found)) positions.set(at, positions.size);
  });
  if (positions.size === packages.length) return [...packages];
  return [...positions.keys()].map((at) => {
    const { via, dependsOn, ...found } = packages[at]!;
    const way = via?.map((one) => positions.get(one));
    return {
      ...found,
      ...(dependsOn === undefined ? {} : { dependsOn: dependsOn.flatMap((one) => positions.get(one) ?? []) }),
      ...(way === undefined || way.includes(undefined) ? {} : { via: way.filter((one) => one !== undefined) }),
    };
  });
};
