import { AppError } from "@zerotrace/core";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { type Identity, mustSeeAll } from "../../platform/auth/index.ts";
import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { enqueue } from "../../platform/queue/index.ts";
import { routes } from "./contract.ts";
import { archivePath } from "./export-job.ts";
import { exportById, type ExportRecord, insertExport, isExporting, newestExports } from "./exports-sql.ts";
import type { CompanyDeps } from "./index.ts";

/** Exports that are shown. */
const SHOWN = 20;
/** One that was asked for so long ago has died. */
const DEAD_HOURS = 6;

const toRow = ({ askedAt, finishedAt, expiresAt, ...row }: ExportRecord) => ({
  ...row,
  askedAt: askedAt.toISOString(),
  finishedAt: finishedAt?.toISOString() ?? null,
  expiresAt: expiresAt?.toISOString() ?? null,
});

/** Everything of a company goes to nobody who sees a part of it, or is here as a visitor. Throws FORBIDDEN. */
const mustBeOfCompany = (identity: Identity): void => {
  mustSeeAll(identity, "an export holds all of it");
  if (identity.method === "provider")
    throw new AppError("FORBIDDEN", "Only the company's own people export what it has.");
};

const startExport = (): Endpoint =>
  implement(routes.startExport, {
    audit: "company.export",
    run: async (context) => {
      const { tx, identity } = context;
      const { companyId, subject } = identity;
      mustBeOfCompany(identity);
      if (await isExporting(tx, companyId, DEAD_HOURS)) {
        throw new AppError("CONFLICT", "An export is under way: wait until it has ended.");
      }
      const row = await insertExport(tx, companyId, subject);
      context.note(row.id);
      const payload = { companyId, exportId: row.id };
      await enqueue(tx, { task: "company-export", payload, queueName: "exports", maxAttempts: 2 });
      return toRow(row);
    },
  });

const listExports = (): Endpoint =>
  implement(routes.listExports, {
    audit: "none",
    run: async ({ tx, identity: { companyId } }) => ({
      rows: (await newestExports(tx, companyId, SHOWN)).map(toRow),
    }),
  });

const downloadExport = ({ dataDir }: CompanyDeps): Endpoint =>
  implement(routes.downloadExport, {
    audit: "company.download",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      mustBeOfCompany(identity);
      const found = await db.withCompany(companyId, (tx) => exportById(tx, companyId, id));
      const path = archivePath(dataDir, companyId, id);
      const size = found?.state === "done" ? await stat(path).catch(() => null) : null;
      if (found === null || size === null) {
        throw new AppError(
          "NOT_FOUND",
          "There is no archive with this id: it is not ready, or was deleted after its 24 hours.",
        );
      }
      const detail = { sizeBytes: size.size, sha256: found.sha256 };
      await db.withCompany(companyId, (tx) => context.record(tx, { companyId, actor, target: id, detail }));
      return reply({
        headers: {
          "content-type": "application/x-tar",
          "content-length": String(size.size),
          "content-disposition": `attachment; filename="zerotrace-company-${companyId}-${found.askedAt.toISOString().slice(0, 10)}.tar"`,
        },
        body: createReadStream(path),
      });
    },
  });

/** The routes by which a company gets everything it has. */
export const exportRoutes = (deps: CompanyDeps): Endpoint[] => [startExport(), listExports(), downloadExport(deps)];
