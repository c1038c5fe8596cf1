import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { mustSeeAll } from "../../platform/auth/index.ts";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { lastSeq } from "./chain-sql.ts";
import { routes } from "./contract.ts";
import { receiverOf } from "./deliver.ts";
import { secretPlace } from "./forward.ts";
import { deleteSink, insertSink, listSinks, type Sink } from "./sink-sql.ts";

export interface SinkDeps {
  readonly keys: CompanyKeys;
  readonly auditSinkHosts: readonly string[];
}

/** Receivers that a company may have. */
const SINKS_MAX = 10;

const shown = (sink: Sink, last: number) => ({
  id: sink.id,
  name: sink.name,
  kind: sink.kind,
  url: sink.url,
  format: sink.format,
  hasSecret: sink.secret !== null,
  sentSeq: sink.sentSeq,
  waitingCount: Math.max(0, last - sink.sentSeq),
  sentAt: sink.sentAt?.toISOString() ?? null,
  failureCount: sink.failureCount,
  nextTryAt: sink.nextTryAt.toISOString(),
  lastError: sink.lastError,
  createdAt: sink.createdAt.toISOString(),
  createdBy: sink.createdBy,
});

/** Receivers get the whole trail, of which one with labels sees nothing. */
const ALL = "receivers get the trail of all of it";

/** What the trail may tell of a receiver. */
const told = ({ name, url, format }: Pick<Sink, "name" | "url" | "format">) => ({ name, url, format });

const create = ({ keys, auditSinkHosts }: SinkDeps): Endpoint =>
  implement(routes.createAuditSink, {
    audit: "audit_sink.create",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      mustSeeAll(identity, ALL);
      const { companyId, subject: createdBy } = identity;
      const { name, url, format, authorization } = body;
      const { kind } = receiverOf(url, auditSinkHosts);
      if (kind === "syslog" && authorization !== undefined) {
        throw new AppError("BAD_REQUEST", "Syslog takes no authorization: leave it out.", { field: "authorization" });
      }
      if ((await listSinks(tx, companyId)).length >= SINKS_MAX) {
        throw new AppError("CONFLICT", `A company has at most ${SINKS_MAX} receivers: remove one first.`);
      }
      const id = randomUUID();
      const secret =
        authorization === undefined ? null : await keys.seal(tx, companyId, secretPlace(id), authorization);
      const sentSeq = body.from === "now" ? await lastSeq(tx, companyId) : 0;
      const sink = { id, name, kind, url, format, secret, sentSeq, createdBy };
      if ((await insertSink(tx, companyId, sink)) === null) {
        throw new AppError("CONFLICT", "There is a receiver of this name already.", { field: "name" });
      }
      context.note(id, { hasSecret: secret !== null }, { after: told(sink) });
      return { id };
    },
  });

const remove: Endpoint = implement(routes.deleteAuditSink, {
  audit: "audit_sink.delete",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    mustSeeAll(identity, ALL);
    const sink = await deleteSink(tx, identity.companyId, id);
    if (sink === null) throw new AppError("NOT_FOUND", "There is no receiver with this id.");
    context.note(id, { sentSeq: sink.sentSeq }, { before: told(sink) });
    return {};
  },
});

const list: Endpoint = implement(routes.listAuditSinks, {
  audit: "none",
  run: async ({ tx, identity }) => {
    mustSeeAll(identity, ALL);
    const { companyId } = identity;
    const last = await lastSeq(tx, companyId);
    return { rows: (await listSinks(tx, companyId)).map((sink) => shown(sink, last)) };
  },
});

/** The routes of the receivers. */
export const sinkRoutes = (deps: SinkDeps): Endpoint[] => [list, create(deps), remove];
