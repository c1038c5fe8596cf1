import { componentTexts, judgedAs, normalizeName, purlOf, type Component } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import { internComponents, type DictionaryEntry } from "./sql.ts";
import { rememberUpTo } from "../../platform/cache/index.ts";

/** Components remembered in memory; about 250 bytes each. */
const CACHE_ENTRIES = 400_000;
/** Components added in one transaction. */
const INTERN_BATCH = 5_000;

/** Turns components into the ids of the global dictionary, adding those it has never seen. */
export interface Dictionary {
  /** Ids in the order of `components`. New entries are committed before this resolves; an id never changes. */
  idsOf(components: readonly Component[]): Promise<number[]>;
}

const keyOf = (c: Component): string => componentTexts(c).join("\0");

const entryOf = (component: Component): DictionaryEntry => {
  const judged = judgedAs(component);
  return {
    component,
    packageEcosystem: judged.ecosystem,
    packageName: normalizeName(judged.ecosystem, judged.name),
    judgedVersion: judged.version,
    purl: purlOf(component),
  };
};

export const createDictionary = (db: Database): Dictionary => {
  const known = rememberUpTo<string, number>(CACHE_ENTRIES);

  let last: Promise<unknown> = Promise.resolve();

  const intern = async (missing: Map<string, Component>): Promise<Map<string, number>> => {
    const keys = [...missing.keys()].sort();
    const found = new Map<string, number>();
    for (let from = 0; from < keys.length; from += INTERN_BATCH) {
      const part = keys.slice(from, from + INTERN_BATCH);
      const entries = part.map((key) => entryOf(missing.get(key) as Component));
      const ids = await db.asService((tx) => internComponents(tx, entries));
      for (const [i, key] of part.entries()) {
        const id = ids[i] as number;
        found.set(key, id);
        known.set(key, id);
      }
    }
    return found;
  };

  /**
   * One at a time: inventories that come together miss the same components, and would wait for each other in the database, each on a
   * connection of its own. Whoever has waited finds most of them known.
   */
  const internInTurn = (missing: Map<string, Component>): Promise<Map<string, number>> => {
    const mine = last.then(async () => {
      const found = new Map<string, number>();
      const left = new Map<string, Component>();
      for (const [key, component] of missing) {
        const id = known.get(key);
        if (id === undefined) left.set(key, component);
        else found.set(key, id);
      }
      if (left.size > 0) for (const [key, id] of await intern(left)) found.set(key, id);
      return found;
    });
    last = mine.catch(() => undefined);
    return mine;
  };

  return {
    async idsOf(components) {
      const keys = components.map(keyOf);
      const missing = new Map<string, Component>();
      const ids = keys.map((key, i) => {
        const id = known.get(key);
        if (id === undefined) missing.set(key, components[i] as Component);
        return id;
      });
      if (missing.size === 0) return ids as number[];
      const added = await internInTurn(missing);
      return ids.map((id, i) => id ?? (added.get(keys[i] as string) as number));
    },
  };
};
