/** Each component with its assets, packed: those of the n-th are from `starts[n]` to `starts[n + 1]`. */
export interface Packed {
  readonly components: Int32Array;
  readonly starts: Int32Array;
  readonly assets: Uint16Array | Uint32Array;
}

/** Numbers that two bytes hold. */
const SHORT_MAX = 65_536;

/** The numbers of a list, each once, ascending. */
export const distinct = (components: Int32Array): Int32Array => {
  // as the one source of most assets has them
  if (components.every((id, i) => i === 0 || (components[i - 1] as number) < id)) return components;
  const sorted = components.toSorted();
  let end = 0;
  for (const [i, id] of sorted.entries()) if (i === 0 || id !== sorted[i - 1]) sorted[end++] = id;
  return sorted.subarray(0, end);
};

/** What `each` tells of each asset below `count`, the same each time that it is asked, as one table. */
export const pack = (count: number, each: (visit: (asset: number, component: number) => void) => void): Packed => {
  let largest = -1;
  each((_, component) => {
    if (component > largest) largest = component;
  });
  const places = new Int32Array(largest + 2);
  each((_, component) => {
    places[component] = (places[component] as number) + 1;
  });
  const components = new Int32Array(places.reduce((sum, n) => sum + (n > 0 ? 1 : 0), 0));
  const starts = new Int32Array(components.length + 1);
  let place = 0;
  let start = 0;
  for (const [component, n] of places.entries()) {
    places[component] = start;
    if (n === 0) continue;
    components[place] = component;
    starts[place] = start;
    place += 1;
    start += n;
  }
  starts[place] = start;
  const assets = count <= SHORT_MAX ? new Uint16Array(start) : new Uint32Array(start);
  each((asset, component) => {
    const at = places[component] as number;
    assets[at] = asset;
    places[component] = at + 1;
  });
  return { components, starts, assets };
};

/** Where a component stands in the table; -1 where no asset holds it. */
export const placeOf = ({ components }: Packed, component: number): number => {
  let low = 0;
  let high = components.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = components[middle] as number;
    if (found === component) return middle;
    if (found < component) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};

/** Nobody holds anything. */
export const EMPTY: Packed = { components: new Int32Array(), starts: new Int32Array(1), assets: new Uint16Array() };
