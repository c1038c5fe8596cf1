import { AppError } from "@zerotrace/core";
import type { Identity } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { Change, RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { type Company, companyById } from "./sql.ts";

/** Goes on in another company's scope within one transaction; the trail of the first is linked before. */
export const goOnAs = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("set constraints all immediate");
  await tx.query("set constraints all deferred");
  await tx.query("select set_config('app.company_id', $1, true)", [String(companyId)]);
};

/** Refuses whoever does not belong to the company that runs the platform, or sees a part of it only. Throws FORBIDDEN. */
export const mustBeProvider = async (db: Database, { companyId, labels }: Identity): Promise<void> => {
  const own = await db.withCompany(companyId, (tx) => companyById(tx, companyId));
  if (own?.isProvider === true && labels === null) return;
  throw new AppError("FORBIDDEN", "Only people of the company that runs the platform can do this.");
};

/** How an act of the provider is called in the company's own trail. */
export const providerActor = (subject: string): string => `provider:${subject}`;

/**
 * Changes a company that is locked meanwhile, and tells it in both trails in the same transaction. Throws NOT_FOUND; `change`
 * answers what the rows of the trails say.
 */
export const changeCompany = async (
  context: RequestContext,
  id: number,
  action: string,
  change: (tx: Tx, company: Company) => Promise<{ detail?: Record<string, unknown> } & Change>,
): Promise<void> => {
  const { db, identity, ip } = context;
  await mustBeProvider(db, identity);
  await db.asServiceFor(id, async (tx) => {
    const company = await companyById(tx, id, "for update");
    if (company === null) throw new AppError("NOT_FOUND", "There is no company with this number.");
    const { detail = {}, ...changed } = await change(tx, company);
    const row = { detail: { name: company.name, ...detail }, ...changed };
    if (company.id !== identity.companyId) {
      await writeAudit(tx, {
        companyId: id,
        actor: providerActor(identity.subject),
        action,
        target: String(id),
        ip,
        ...row,
      });
      await goOnAs(tx, identity.companyId);
    }
    await context.record(tx, { companyId: identity.companyId, actor: identity.subject, target: String(id), ...row });
  });
};
