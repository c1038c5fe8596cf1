import { AppError, createVex, parseVex, parseVexText, type Vex } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { z } from "zod";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import { refreshVexEffects } from "./effects.ts";
import {
  allStatements,
  documentById,
  type DocumentRecord,
  documentsPage,
  insertDocument,
  rulingOn,
  vexCounts,
} from "./sql.ts";
import { lookAtRemoval, removeDocument } from "./remove.ts";
import { statementsPage } from "./statements-sql.ts";

export { refreshVexEffects } from "./effects.ts";
export { closedAmong, isRuledOn, lockFindings } from "./sql.ts";

/** Documents and statements that a company can have (counts). */
const COMPANY_MAX = { documents: 5_000, statements: 200_000 } as const;

/** Why one with labels adds and removes none. */
const ALL = "statements decide on findings of all of it";

/** Products of a statement that are shown (count). */
const PRODUCTS_SHOWN = 10;

const findingsAndId = z.tuple([z.number().int().min(0), z.string().regex(/^\d{1,18}$/)]);
const addedAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = (d: DocumentRecord) => ({
  ...d,
  at: d.at?.toISOString() ?? null,
  addedAt: d.addedAt.toISOString(),
});

/** Everything that is said to a company, ready for asking. */
export const companyVex = async (tx: Tx, companyId: number): Promise<Vex> =>
  createVex(await allStatements(tx, companyId));

/** The statement that decides on a finding as the API shows it, or null. */
export const vexRulingOn = async (tx: Tx, companyId: number, findingId: string) => {
  const ruling = await rulingOn(tx, companyId, findingId);
  return ruling === null ? null : { ...ruling, at: ruling.at?.toISOString() ?? null };
};

export interface VexDeps {
  /** Called in the transaction when other findings are decided: the sums over assets are to be made again. */
  readonly onChanged: (tx: Tx, companyId: number) => Promise<void>;
}

const addRoute = ({ onChanged }: VexDeps): Endpoint =>
  implement(routes.addVex, {
    audit: "vex.add",
    transaction: "none",
    run: async (context, { body: { name, document } }) => {
      const { db, identity } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const text = typeof document === "string" ? document : JSON.stringify(document);
      const parsed = typeof document === "string" ? parseVexText(document) : parseVex(document);
      const digest = createHash("sha256").update(text).digest();
      return await db.asServiceFor(companyId, async (tx) => {
        const counts = await vexCounts(tx, companyId);
        const isFull =
          counts.documents >= COMPANY_MAX.documents ||
          counts.statements + parsed.statements.length > COMPANY_MAX.statements;
        if (isFull) {
          const most = `${COMPANY_MAX.documents} documents with ${COMPANY_MAX.statements} statements`;
          throw new AppError("CONFLICT", `There are at most ${most}: remove some first.`, { field: "document" });
        }
        const id = await insertDocument(tx, companyId, { name, digest, addedBy: actor, document: parsed });
        if (id === null) throw new AppError("CONFLICT", "This document is here already.", { field: "document" });
        if ((await refreshVexEffects(tx, companyId)) > 0) await onChanged(tx, companyId);
        const { format, statements, problemCount } = parsed;
        const detail = { name, format, statements: statements.length, problems: problemCount };
        await context.record(tx, { companyId, actor, target: id, detail });
        return toRow((await documentById(tx, companyId, id)) as DocumentRecord);
      });
    },
  });

const removeRoute = ({ onChanged }: VexDeps): Endpoint =>
  implement(routes.removeVex, {
    audit: "vex.remove",
    transaction: "none",
    run: async (context, { params: { id }, query }) => {
      const { db, identity } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: actor } = identity;
      const dryRun = query.dryRun === "true";
      const removal = dryRun
        ? await lookAtRemoval((run) => db.asServiceFor(companyId, run), companyId, id)
        : await db.asServiceFor(companyId, async (tx) => {
            const done = await removeDocument(tx, companyId, id);
            if (done.decidedCount > 0) await onChanged(tx, companyId);
            await context.record(tx, { companyId, actor, target: id, detail: { name: done.name } });
            return done;
          });
      if (dryRun) {
        const detail = { name: removal.name, dryRun };
        await db.withCompany(companyId, (tx) => context.record(tx, { companyId, actor, target: id, detail }));
      }
      const { openedCount, opened, stayingCount, closedCount } = removal;
      return { openedCount, opened, stayingCount, closedCount };
    },
  });

const required = (document: DocumentRecord | null): DocumentRecord => {
  if (document === null) throw new AppError("NOT_FOUND", "There is no VEX document with this id.");
  return document;
};

const readRoutes: Endpoint[] = [
  implement(routes.getVex, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params: { id } }) =>
      toRow(required(await documentById(tx, companyId, id))),
  }),
  implement(routes.listVexStatements, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { params: { id }, query }) => {
      const { statementCount } = required(await documentById(tx, companyId, id));
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, findingsAndId);
      const page = { limit: query.limit + 1, after, products: PRODUCTS_SHOWN };
      const rows = await statementsPage(tx, companyId, id, page);
      const show = (s: (typeof rows)[number]) => ({ ...s, at: s.at?.toISOString() ?? null });
      return pageOf(rows, query.limit, statementCount, show, (s) => [s.findingCount, s.id]);
    },
  }),
];

/** The routes that list, add and remove VEX documents. */
export const vexRoutes = (deps: VexDeps): Endpoint[] => [
  implement(routes.listVex, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }, { query }) => {
      const after = query.cursor === undefined ? null : decodeCursor(query.cursor, addedAndId);
      const rows = await documentsPage(tx, companyId, { limit: query.limit + 1, after });
      const { documents } = await vexCounts(tx, companyId);
      return pageOf(rows, query.limit, documents, toRow, (d) => [d.addedAt.toISOString(), d.id]);
    },
  }),
  ...readRoutes,
  addRoute(deps),
  removeRoute(deps),
];
