import { Readable } from "node:stream";
import { z } from "zod";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import { type AuditWriter, decodeCursor, type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { pageOf } from "../assets/index.ts";
import { linksAfter, newestCheckpoint } from "./chain-sql.ts";
import { verifyChain } from "./chain.ts";
import { routes } from "./contract.ts";
import { cefLine, jsonLine } from "./formats.ts";
import { type SinkDeps, sinkRoutes } from "./sinks.ts";
import { type AuditEvent, countAudit, insertAuditEvent, searchAudit } from "./sql.ts";

export { cutAudit, type ChainState, verifyChain } from "./chain.ts";
export { forwardAudit, type ForwardDeps, requestForwarding, resealSinks } from "./forward.ts";
export { createSecurityTrail, type SecurityTrail } from "./security.ts";

/** Writes an audit row in the transaction of what it proves: neither is committed without the other. */
export const writeAudit: AuditWriter = insertAuditEvent;

export interface AuditDeps extends SinkDeps {
  readonly keys: CompanyKeys;
  readonly version: string;
}

const atAndId = z.tuple([z.iso.datetime(), z.string().regex(/^\d{1,19}$/)]);
/** Links read at a time for an export. */
const EXPORT_PAGE = 500;

const shown = ({ id: _, seq, ...event }: AuditEvent) => ({ ...event, seq: Number(seq), detail: { ...event.detail } });

const list: Endpoint = implement(routes.listAudit, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { query }) => {
    const { limit, cursor, ...filter } = query;
    const after = cursor === undefined ? null : decodeCursor(cursor, atAndId);
    const rows = await searchAudit(tx, companyId, filter, { limit: limit + 1, after });
    const count = await countAudit(tx, companyId, filter);
    return pageOf(rows, limit, count, shown, (row) => [row.at, row.id]);
  },
});

const exportLines = async function* (db: Database, companyId: number, from: number, lineOf: typeof jsonLine) {
  for (let after = from; ;) {
    const seq = after;
    const links = await db.withCompany(companyId, (tx) => linksAfter(tx, companyId, seq, EXPORT_PAGE));
    for (const link of links) yield `${lineOf(link)}\n`;
    after = links.at(-1)?.seq ?? after;
    if (links.length < EXPORT_PAGE) return;
  }
};

const exported = (version: string): Endpoint =>
  implement(routes.exportAudit, {
    audit: "audit.export",
    transaction: "none",
    run: async (context, { query: { format, after } }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      await db.withCompany(companyId, (tx) =>
        context.record(tx, { companyId, actor, target: "audit", detail: { format, after } }),
      );
      const lineOf = format === "cef" ? (link: Parameters<typeof cefLine>[0]) => cefLine(link, version) : jsonLine;
      return reply({
        headers: {
          "content-type": format === "cef" ? "text/plain; charset=utf-8" : "application/x-ndjson",
          "content-disposition": `attachment; filename="audit.${format === "cef" ? "cef" : "ndjson"}"`,
        },
        body: Readable.from(exportLines(db, companyId, after, lineOf)),
      });
    },
  });

const links: Endpoint = implement(routes.listAuditLinks, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { query: { after, limit } }) => {
    const checkpoint = await newestCheckpoint(tx, companyId);
    const rows = await linksAfter(tx, companyId, after, limit + 1);
    return { companyId, checkpoint, rows: rows.slice(0, limit), isLast: rows.length <= limit };
  },
});

const verify = (keys: CompanyKeys): Endpoint =>
  implement(routes.verifyAudit, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity: { companyId } }) => verifyChain(db, keys, companyId),
  });

/** The routes of the audit trail: search, export, verification, receivers. */
export const auditRoutes = (deps: AuditDeps): Endpoint[] => [
  list,
  exported(deps.version),
  links,
  verify(deps.keys),
  ...sinkRoutes(deps),
];
