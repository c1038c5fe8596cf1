import { LRUCache } from "lru-cache";

/**
 * Remembers up to `entriesMax` entries, those used last. It takes memory as it fills, where one made with `max` sets aside some 30 bytes
 * for each entry that it may ever have.
 */
export const rememberUpTo = <K extends {}, V extends {}>(entriesMax: number): LRUCache<K, V> =>
  new LRUCache<K, V>({ maxSize: entriesMax, sizeCalculation: () => 1 });
