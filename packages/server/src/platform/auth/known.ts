import { LRUCache } from "lru-cache";
import type { Known } from "./look-up.ts";

const KNOWN_MS = 3_600_000;
const KNOWN_MAX = 20_000;

/** Whose end ends what is known: the credential's, and of an access token its own. */
const idsOf = ({ credential, accessTokenId }: Known): string[] =>
  accessTokenId === undefined ? [credential.id] : [credential.id, accessTokenId];

/** What was proved lately, by the hash of its secret. */
export const createKnown = () => {
  const byHash = new LRUCache<string, Known>({
    maxSize: KNOWN_MAX,
    sizeCalculation: () => 1, // `max` would set memory aside for all
    ttl: KNOWN_MS,
    // one API token brings many access tokens over time
    dispose: (held, key) => {
      for (const id of idsOf(held)) {
        const keys = hashesOf.get(id);
        keys?.delete(key);
        if (keys?.size === 0) hashesOf.delete(id);
      }
    },
  });
  const hashesOf = new Map<string, Set<string>>();
  // a look-up that began before a revocation must not bring the credential back
  let epoch = 0;
  return {
    epoch: () => epoch,
    get: (key: string) => byHash.get(key),
    set: (key: string, found: Known): void => {
      byHash.set(key, found);
      for (const id of idsOf(found)) hashesOf.set(id, (hashesOf.get(id) ?? new Set()).add(key));
    },
    delete: (key: string): void => void byHash.delete(key),
    drop: (credentialId: string): void => {
      epoch += 1;
      for (const key of hashesOf.get(credentialId) ?? []) byHash.delete(key);
      hashesOf.delete(credentialId);
    },
    clear: (): void => {
      epoch += 1;
      byHash.clear();
      hashesOf.clear();
    },
    /** The credentials of a company that were proved lately. */
    ofCompany: (companyId: number): string[] => {
      // a look-up of one that is not known yet and began before must not count either
      epoch += 1;
      return [...new Set([...byHash.values()].map(({ credential }) => credential))]
        .filter((one) => one.companyId === companyId)
        .map(({ id }) => id);
    },
  };
};
