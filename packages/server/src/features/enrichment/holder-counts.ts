/**
 * Of each group of components how many assets have one of them, each asset once whatever it has of a group. Each asset is a list
 * of its components, and all are gone through once: some 2 ns for a component of an asset. Pure.
 */
export const countHolders = (groups: readonly (readonly number[])[], assets: Iterable<Int32Array>): number[] => {
  const largest = groups.reduce((most, group) => group.reduce((a, b) => Math.max(a, b), most), -1);
  // from a component to the links of its groups: the first, and from each link to the next; 0 ends
  const first = new Int32Array(largest + 1);
  const [nexts, groupOf] = [[0], [0]];
  for (const [place, group] of groups.entries()) {
    for (const component of group) {
      groupOf.push(place);
      first[component] = nexts.push(first[component] as number) - 1;
    }
  }
  const [next, place] = [Int32Array.from(nexts), Int32Array.from(groupOf)];
  const counts = groups.map(() => 0);
  const seenBy = new Int32Array(groups.length);
  let asset = 0;
  for (const ids of assets) {
    asset += 1;
    for (let i = 0; i < ids.length; i += 1) {
      const id = ids[i] as number;
      if (id > largest) continue;
      for (let link = first[id] as number; link > 0; link = next[link] as number) {
        const group = place[link] as number;
        if (seenBy[group] === asset) continue;
        seenBy[group] = asset;
        counts[group] = (counts[group] as number) + 1;
      }
    }
  }
  return counts;
};
