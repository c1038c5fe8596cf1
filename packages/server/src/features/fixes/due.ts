import { dueAtOf } from "@zerotrace/core/fix/sla";
import { slaOf } from "@zerotrace/core/schema";
import type { Tx } from "../../platform/db/index.ts";
import { settingsOf } from "../settings/index.ts";
import { assignedFixes } from "./due-sql.ts";
import { fixIdOf } from "./rules.ts";

/** A fix that is somebody's and not done, with the day by which it should be. */
export interface DueFix {
  readonly id: string;
  readonly package: string;
  readonly fixedIn: string | null;
  readonly assigneeId: string;
  readonly findingCount: number;
  readonly assetCount: number;
  readonly dueAt: Date;
}

/**
 * Fixes that are somebody's, not done, and due before a moment, the first due first: by the day that was chosen, else by the company's
 * times to fix. Who sees some assets only is told of chosen days alone, as sums count every asset.
 */
export const fixesDue = async (
  tx: Tx,
  companyId: number,
  { before, personId }: { readonly before: Date; readonly personId: string | null },
): Promise<DueFix[]> => {
  const sla = slaOf(await settingsOf(tx, companyId));
  const rows = await assignedFixes(tx, companyId, personId);
  return rows
    .flatMap(({ since, dueOn, ecosystem, hasFix, ...rest }) => {
      const dueAt = dueOn === null ? dueAtOf(sla, since) : new Date(`${dueOn}T23:59:59.999Z`);
      if (dueAt === null || dueAt >= before) return [];
      return [{ ...rest, id: fixIdOf({ ecosystem, package: rest.package, hasFix }), dueAt }];
    })
    .sort((a, b) => a.dueAt.getTime() - b.dueAt.getTime() || (a.id < b.id ? -1 : 1));
};
