import { addBit, type Bits, bitsOf, hasBit } from "./bits.ts";

/** An asset with the components that it holds, each at least once, in any order. */
export interface HeldAsset {
  readonly id: string;
  readonly components: Int32Array;
}

/**
 * Which assets of a company hold a component, and the other way round. Assets are numbered in an order of their own; a set of them is one
 * of bits, good for the holdings that gave it.
 */
export interface Holdings {
  /** The largest number of a component that any asset holds, and one more. */
  readonly componentEnd: number;
  /** What it takes in memory, in bytes. */
  readonly bytes: number;
  /** Assets that hold any of these components. */
  holders(components: Iterable<number>): Bits;
  /** Of these components those that each of these assets holds, by the asset's number. */
  heldAmong(assets: Bits, components: Iterable<number>): Map<number, number[]>;
  /** Components that any of these assets holds. */
  componentsOf(assets: Bits): Bits;
  /** The ids of a set, in the order of their numbers. */
  idsOf(assets: Bits): string[];
  idOf(asset: number): string;
  /** The set of these assets, less those that hold nothing. */
  setOf(ids: Iterable<string>): Bits;
}

/** Each component with its assets, packed: those of the n-th are from `starts[n]` to `starts[n + 1]`. */
interface Packed {
  readonly components: Int32Array;
  readonly starts: Int32Array;
  readonly assets: Uint16Array | Uint32Array;
}

/** Numbers that two bytes hold. */
const SHORT_MAX = 65_536;

const distinct = (components: Int32Array): Int32Array => {
  const sorted = components.toSorted();
  let end = 0;
  for (const [i, id] of sorted.entries()) if (i === 0 || id !== sorted[i - 1]) sorted[end++] = id;
  return sorted.subarray(0, end);
};

/** Sets of components by the number of their asset as one table, each with its assets in ascending order. */
const pack = (count: number, each: (visit: (asset: number, component: number) => void) => void): Packed => {
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

const placeOf = ({ components }: Packed, component: number): number => {
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

const EMPTY: Packed = { components: new Int32Array(), starts: new Int32Array(1), assets: new Uint16Array() };
/** Assets looked at one by one beside the table before it is made anew (count). */
const BESIDE_MAX = 128;

/** Holdings that can be told what assets hold now. */
export interface ChangingHoldings extends Holdings {
  /** The assets by their numbers. */
  readonly ids: readonly string[];
  /** From now on these assets hold this and nothing else; empty: the asset is gone. */
  replace(assets: readonly HeldAsset[]): void;
}

/**
 * Empty holdings. What changes lies beside a table of everything, and the table is made anew when much does: 40 ms for ten million
 * components of ten thousand assets, which take 20 MB.
 */
export const createHoldings = (): ChangingHoldings => {
  let packed = EMPTY;
  const ids: string[] = [];
  const numbers = new Map<string, number>();
  const beside = new Map<number, Int32Array>();
  const besideBy = new Map<number, Set<number>>();
  const setBeside = (asset: number, own: Int32Array): void => {
    for (const component of beside.get(asset) ?? []) besideBy.get(component)?.delete(asset);
    beside.set(asset, own);
    for (const component of own) {
      const by = besideBy.get(component);
      if (by) by.add(asset);
      else besideBy.set(component, new Set([asset]));
    }
  };
  /** Tells each asset that holds a component, in no order. */
  const visit = (component: number, tell: (asset: number) => void): void => {
    const place = placeOf(packed, component);
    const end = place < 0 ? 0 : (packed.starts[place + 1] as number);
    for (let i = place < 0 ? 0 : (packed.starts[place] as number); i < end; i += 1) {
      const asset = packed.assets[i] as number;
      if (!beside.has(asset)) tell(asset);
    }
    for (const asset of besideBy.get(component) ?? []) tell(asset);
  };
  const renew = (): void => {
    const { components, starts, assets } = packed;
    packed = pack(ids.length, (tell) => {
      for (const [place, component] of components.entries()) {
        for (let i = starts[place] as number, end = starts[place + 1] as number; i < end; i += 1) {
          const asset = assets[i] as number;
          if (!beside.has(asset)) tell(asset, component);
        }
      }
      for (const [asset, own] of beside) for (const component of own) tell(asset, component);
    });
    beside.clear();
    besideBy.clear();
  };
  const end = (): number => {
    let largest = packed.components.at(-1) ?? -1;
    for (const own of beside.values()) largest = Math.max(largest, own.at(-1) ?? -1);
    return largest + 1;
  };
  return {
    ids,
    get componentEnd() {
      return end();
    },
    get bytes() {
      const tables = [packed.components, packed.starts, packed.assets, ...beside.values()];
      return tables.reduce((sum, one) => sum + one.byteLength, 0) + ids.length * 100;
    },
    replace: (assets) => {
      for (const { id, components } of assets) {
        const number = numbers.get(id) ?? ids.push(id) - 1;
        numbers.set(id, number);
        setBeside(number, distinct(components));
      }
      if (beside.size > BESIDE_MAX) renew();
    },
    holders: (components) => {
      const found = bitsOf(ids.length);
      for (const component of components) visit(component, (asset) => addBit(found, asset));
      return found;
    },
    heldAmong: (assets, components) => {
      const held = new Map<number, number[]>();
      for (const component of components) {
        visit(component, (asset) => {
          if (!hasBit(assets, asset)) return;
          const own = held.get(asset);
          if (own) own.push(component);
          else held.set(asset, [component]);
        });
      }
      return held;
    },
    componentsOf: (assets) => {
      const found = bitsOf(end());
      const { components, starts, assets: all } = packed;
      const isBeside = bitsOf(ids.length);
      for (const asset of beside.keys()) addBit(isBeside, asset);
      const wanted = assets.map((word, i) => word & ~(isBeside[i] ?? 0));
      for (let place = 0; place < components.length; place += 1) {
        const last = starts[place + 1] as number;
        for (let i = starts[place] as number; i < last; i += 1) {
          if (!hasBit(wanted, all[i] as number)) continue;
          addBit(found, components[place] as number);
          break;
        }
      }
      for (const [asset, own] of beside) if (hasBit(assets, asset)) for (const id of own) addBit(found, id);
      return found;
    },
    idsOf: (assets) => ids.filter((_, number) => hasBit(assets, number)),
    idOf: (asset) => ids[asset] as string,
    setOf: (wanted) => {
      const set = bitsOf(ids.length);
      for (const id of wanted) {
        const number = numbers.get(id);
        if (number !== undefined) addBit(set, number);
      }
      return set;
    },
  };
};
