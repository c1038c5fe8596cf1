import type { Database } from "../../platform/db/index.ts";
import { reportedOf, upsertUploaded } from "../assets/index.ts";
import { copyPlaces, type Ingest, sourcesOf } from "../inventory/index.ts";

const SOURCE = "image";

/**
 * Makes the asset of a tag from another one of the same digest: nothing is pulled. Answers its id; null when the other asset or its
 * inventory is gone.
 */
export const copyImage = async (
  { db, ingest }: { readonly db: Database; readonly ingest: Ingest },
  companyId: number,
  fromId: string,
  to: { readonly name: string; readonly branch: string; readonly reference: string },
): Promise<string | null> => {
  const from = await db.withCompany(companyId, async (tx) => {
    const reported = await reportedOf(tx, companyId, fromId);
    const source = (await sourcesOf(tx, companyId, fromId)).find((one) => one.source === SOURCE);
    if (reported === null || source === undefined) return null;
    const { name, branch } = to;
    return { reported, source, assetId: await upsertUploaded(tx, companyId, { kind: "image", name, branch }) };
  });
  if (from === null) return null;
  const { assetId, reported, source } = from;
  if (assetId === fromId) return assetId;
  const facts = reported.facts as { readonly image?: object };
  const own = { ...facts, image: { ...facts.image, reference: to.reference } };
  const { componentIds: ids, problems } = source;
  const report = { ...reported, name: to.name, facts: own, takenAt: new Date().toISOString() };
  await ingest.putSource(companyId, assetId, report, { name: SOURCE, ids, problems });
  await db.withCompany(companyId, (tx) => copyPlaces(tx, companyId, fromId, assetId));
  return assetId;
};
