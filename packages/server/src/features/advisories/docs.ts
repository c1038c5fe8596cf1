import type { Database, Tx } from "../../platform/db/index.ts";
import { detailsOf, originOf, parseDoc, referencesOf, spellings } from "./rules.ts";
import { advisoryByName, publishedRecords } from "./sql.ts";

/** What the records of an advisory say beyond its row. */
export interface AdvisoryDocs {
  readonly details: string;
  readonly references: { type: string; url: string }[];
  /** By record id: the feed that brought it, and what it was derived from (empty when the record does not say). */
  readonly feedOf: ReadonlyMap<string, { feed: string; origin: string }>;
}

/** An advisory by any of its names in any way of writing, with its records as published; null when no feed in force has it. Service role. */
export const findAdvisory = async (
  tx: Tx,
  name: string,
): Promise<{ readonly id: string; readonly summary: string; readonly docs: readonly string[] } | null> => {
  const row = await advisoryByName(tx, spellings(name));
  if (row === null) return null;
  const records = await publishedRecords(tx, [row.id, ...row.aliases]);
  return { id: row.id, summary: row.summary, docs: records.map(({ doc }) => doc) };
};

/** The descriptions, references and feeds of an advisory, from its records as published; empty when there is none. */
export const getAdvisoryDocs = (db: Database, companyId: number, name: string): Promise<AdvisoryDocs> =>
  db.asServiceFor(companyId, async (tx) => {
    const row = await advisoryByName(tx, [name]);
    const records = await publishedRecords(tx, row === null ? [name] : [row.id, ...row.aliases]);
    const parsed = records.map((record) => ({ ...record, doc: parseDoc(record.doc) }));
    const docs = parsed.map((record) => record.doc);
    return {
      details: detailsOf(docs),
      references: referencesOf(docs),
      feedOf: new Map(parsed.map(({ id, feed, doc }) => [id, { feed, origin: originOf(doc) }])),
    };
  });
