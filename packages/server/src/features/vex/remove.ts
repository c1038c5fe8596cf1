import { AppError } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { refreshVexEffects } from "./effects.ts";
import { deleteDocument, lockFindings } from "./sql.ts";
import { countNow, decidedBy } from "./statements-sql.ts";

const NO_FINDINGS = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
type Severities = typeof NO_FINDINGS;

/** What a removal does to a company's findings. */
export interface Removal {
  readonly name: string;
  /** Findings that are open again, and the same by severity. */
  readonly openedCount: number;
  readonly opened: Severities;
  /** Findings that stay closed, by another document. */
  readonly stayingCount: number;
  /** Findings that an older statement closes, now that this document's no longer stands against it. */
  readonly closedCount: number;
  /** Findings on which it decided, open or closed. */
  readonly decidedCount: number;
}

/** Carries what would have happened out of the transaction that it undoes. */
class Undo extends Error {
  readonly removal: Removal;
  constructor(removal: Removal) {
    super("only looked");
    this.removal = removal;
  }
}

const sum = (rows: readonly { count: number }[]): number => rows.reduce((all, row) => all + row.count, 0);

/** Removes a document and decides anew. Service role with the company set. Throws NOT_FOUND. */
export const removeDocument = async (tx: Tx, companyId: number, id: string): Promise<Removal> => {
  await lockFindings(tx, companyId);
  const closed = await decidedBy(tx, companyId, id, true);
  const open = await decidedBy(tx, companyId, id, false);
  const removed = await deleteDocument(tx, companyId, id);
  if (removed === null) throw new AppError("NOT_FOUND", "There is no VEX document with this id.");
  await refreshVexEffects(tx, companyId);
  const opened = await countNow(tx, companyId, closed, false);
  return {
    name: removed.name,
    openedCount: sum(opened),
    opened: { ...NO_FINDINGS, ...Object.fromEntries(opened.map((row) => [row.severity, row.count])) },
    stayingCount: sum(await countNow(tx, companyId, closed, true)),
    closedCount: sum(await countNow(tx, companyId, open, true)),
    decidedCount: closed.components.length + open.components.length,
  };
};

/** What `removeDocument` would do; nothing is changed. `within` runs a transaction and undoes it when it throws. */
export const lookAtRemoval = async (
  within: (run: (tx: Tx) => Promise<never>) => Promise<never>,
  companyId: number,
  id: string,
): Promise<Removal> => {
  try {
    return await within(async (tx) => {
      throw new Undo(await removeDocument(tx, companyId, id));
    });
  } catch (error) {
    if (error instanceof Undo) return error.removal;
    throw error;
  }
};
