import {
  type AdvisoryIndex,
  type ExplainedRange,
  openIndex,
  type Ssvc,
  explainComponent,
  type Explanation,
  type ExplainQuestion,
} from "@zerotrace/core";
import { feedsFor } from "@zerotrace/plugins";
import { LRUCache } from "lru-cache";
import { readFile } from "node:fs/promises";
import type { Database } from "../../platform/db/index.ts";
import { indexPath, isIndexHere } from "./index-file.ts";
import { generationInForce } from "./sql.ts";

/** What sources say of an advisory besides whom it affects. */
export interface AdvisoryEnrichment {
  /** Weaknesses with their names (empty where no source names them), by number. */
  readonly cwes: readonly { readonly id: string; readonly name: string }[];
  readonly ssvc: Ssvc | null;
  readonly exploits: readonly string[];
}

/** Answers from the index in force. */
export interface Knowledge {
  /** Every range that speaks of the component; empty while there is no index. */
  readonly explain: (component: { ecosystem: string; name: string; version: string }) => Promise<ExplainedRange[]>;
  /** Why a component is affected, not affected or unknown; null while there is no index. */
  readonly explanation: (question: Omit<ExplainQuestion, "feedsFor">) => Promise<Explanation | null>;
  /** Empty for an advisory that the index does not have. */
  readonly enrichmentOf: (advisory: string) => Promise<AdvisoryEnrichment>;
}

/** Knowledge of the generation in force, read at each question; one index is kept in memory. */
export const createKnowledge = (db: Database, feedsDir: string): Knowledge => {
  const open = new LRUCache<string, AdvisoryIndex>({ max: 1 });
  const inForce = async (): Promise<AdvisoryIndex | null> => {
    const generation = await db.asService(generationInForce);
    if (generation === null || !isIndexHere(feedsDir, generation)) return null;
    let index = open.get(generation.indexFile);
    if (index === undefined) {
      index = openIndex(new Uint8Array(await readFile(indexPath(feedsDir, generation.indexFile))));
      open.set(generation.indexFile, index);
    }
    return index;
  };
  return {
    explain: async ({ ecosystem, name, version }) => (await inForce())?.explain(ecosystem, name, version) ?? [],
    explanation: async (question) => {
      const index = await inForce();
      return index === null ? null : explainComponent(index, { ...question, feedsFor });
    },
    enrichmentOf: async (advisory) => {
      const index = await inForce();
      const position = index?.find(advisory) ?? -1;
      if (index === null || position < 0) return { cwes: [], ssvc: null, exploits: [] };
      const { cwes, ssvc, exploits } = index.advisory(position);
      return { cwes: cwes.map((id) => ({ id, name: index.cweName(id) ?? "" })), ssvc, exploits };
    },
  };
};
