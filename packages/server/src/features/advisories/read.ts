import { AppError } from "@zerotrace/core";
import { z } from "zod";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { oneDecimal, pageOf } from "../assets/index.ts";
import type { EpssHistory, Knowledge } from "../feeds/index.ts";
import { routes } from "./contract.ts";
import { parseDoc, searchFor, spellings } from "./rules.ts";
import {
  advisoriesPage,
  advisoryByName,
  type AdvisoryRow,
  countAdvisories,
  countOpenFindings,
  newestAdvisories,
  publishedRecords,
} from "./sql.ts";

const afterName = z.tuple([z.string().max(200)]);
const afterNewest = z.tuple([z.iso.datetime().nullable(), z.string().max(200)]);

const toRow = ({ publishedKey: _, ...row }: AdvisoryRow & { publishedKey?: string | null }) => ({
  ...row,
  cvss: row.cvss === null ? null : oneDecimal(row.cvss),
  publishedAt: row.publishedAt?.toISOString() ?? null,
  modifiedAt: row.modifiedAt?.toISOString() ?? null,
});

/** Advisories: the newest first, those of a search by name. They are the public's, but stored where only the service role reads. */
export const listAdvisories = (): Endpoint =>
  implement(routes.listAdvisories, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId } }, { query }) =>
      db.asServiceFor(companyId, async (tx) => {
        const search = searchFor(query.q);
        const count = await countAdvisories(tx, search);
        if (search.aliases.length === 0) {
          const after = query.cursor === undefined ? null : decodeCursor(query.cursor, afterNewest);
          const rows = await newestAdvisories(tx, { limit: query.limit + 1, after });
          return pageOf(rows, query.limit, count, toRow, (row) => [row.publishedKey, row.id]);
        }
        const after = query.cursor === undefined ? null : decodeCursor(query.cursor, afterName)[0];
        const rows = await advisoriesPage(tx, search, { limit: query.limit + 1, after });
        return pageOf(rows, query.limit, count, toRow, (row) => [row.id]);
      }),
  });

/** One advisory by any of its names, and how many open findings it makes in the caller's company. */
export const getAdvisory = (knowledge: Pick<Knowledge, "enrichmentOf">): Endpoint =>
  implement(routes.getAdvisory, {
    audit: "none",
    transaction: "none",
    run: ({ db, identity: { companyId } }, { params }) =>
      db.asServiceFor(companyId, async (tx) => {
        const row = await advisoryByName(tx, spellings(params.id));
        if (row === null) throw new AppError("NOT_FOUND", "No feed in force has an advisory of this name.");
        const records = await publishedRecords(tx, [row.id, ...row.aliases]);
        return {
          ...toRow(row),
          records: records.map(({ id, feed, doc }) => ({ id, feed, doc: parseDoc(doc) })),
          findingCount: await countOpenFindings(tx, companyId, row.id),
          enrichment: await knowledge.enrichmentOf(row.id),
        };
      }),
  });

/** How the EPSS score of an advisory went. */
export const getAdvisoryEpss = (history: Pick<EpssHistory, "course">): Endpoint =>
  implement(routes.getAdvisoryEpss, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }, { params }) => {
      const row = await db.asServiceFor(companyId, (tx) => advisoryByName(tx, spellings(params.id)));
      if (row === null) throw new AppError("NOT_FOUND", "No feed in force has an advisory of this name.");
      return await history.course([row.id, ...row.aliases]);
    },
  });
