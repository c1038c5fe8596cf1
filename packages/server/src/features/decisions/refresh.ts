import type { Tx } from "../../platform/db/index.ts";
import { writeAudit } from "../audit/index.ts";
import { emit } from "../stream/index.ts";
import { queryCondition, queryLeads, type Value } from "../findings/index.ts";
import { closedAmong, lockFindings, refreshVexEffects } from "../vex/index.ts";
import {
  type Among,
  endDecisions,
  type EndedDecision,
  type Lapse,
  lapseWorse,
  liveDecisions,
  refreshCovered,
  refreshDecidedAssets,
  refreshDecidedFindings,
} from "./effects-sql.ts";
import { scopeOf, sqlOf } from "./rules.ts";

/** Advisories that an audit row names. */
const NAMED_MAX = 20;

/** What may be decided otherwise than before. */
export interface Doubtful {
  /** Findings of these components, since they or the assets that have them are other ones; null: all. */
  readonly components: Among;
  /** All findings of this decision, which stands from now on. */
  readonly decision?: string;
}

const standings = async (
  tx: Tx,
  companyId: number,
  doubtful: Doubtful,
  ended: readonly number[],
): Promise<{ changed: number; lapses: Lapse[] }> => {
  const live = await liveDecisions(tx, companyId);
  if (live.length === 0) return { changed: 0, lapses: [] };
  const lapses = await lapseWorse(tx, companyId);
  let changed = lapses.length;
  // what one decision said and says no more, others may have said together with it
  const before = [...ended, ...lapses.map(({ componentId }) => componentId)];
  let covered = doubtful.components && [...new Set([...doubtful.components, ...before])];
  for (const decision of live) {
    const { assets, findings } = scopeOf(decision.scope);
    const sql = sqlOf({ assets, findings });
    const moved = sql.assets === null ? 0 : await refreshDecidedAssets(tx, companyId, decision.id, sql.assets);
    const among = moved > 0 || decision.id === doubtful.decision ? null : doubtful.components;
    if (among === null && decision.byAsset) covered = null;
    changed += moved;
    if (among !== null && among.length === 0) continue;
    const leads = among === null && findings !== null ? await queryLeads(tx, companyId, findings) : undefined;
    const named = findings && ((value: Value) => queryCondition(findings, value, leads));
    changed += await refreshDecidedFindings(tx, companyId, decision, { findings: named, among });
  }
  const isCovering = live.some((d) => d.byAsset) && (covered === null || covered.length > 0);
  if (isCovering) changed += await refreshCovered(tx, companyId, covered);
  return { changed, lapses };
};

/** Puts on record what is open again, and tells who listens. */
const tellReopened = async (
  tx: Tx,
  companyId: number,
  ended: readonly EndedDecision[],
  lapses: readonly Lapse[],
): Promise<void> => {
  const ids = [...new Set([...ended.flatMap((d) => d.findingIds), ...lapses.map((l) => l.findingId)])];
  const closed = await closedAmong(tx, companyId, ids);
  const reopened = ids.filter((id) => !closed.has(id)).sort();
  const by = { companyId, actor: "server", ip: "" };
  for (const { id, findingIds, isRevoked } of ended) {
    // who revoked it wrote the row of that
    if (isRevoked) continue;
    const detail = { reopened: findingIds.filter((one) => !closed.has(one)).length };
    await writeAudit(tx, { ...by, action: "decision.expire", target: id, detail });
  }
  for (const [target, own] of Map.groupBy(lapses, (l) => l.decisionId)) {
    const advisories = [...new Set(own.map((l) => l.advisory))].sort();
    const because = [...new Set(own.map((l) => l.lapse))].sort();
    const detail = { count: own.length, because, advisories: advisories.slice(0, NAMED_MAX) };
    await writeAudit(tx, { ...by, action: "decision.reopen", target, detail });
  }
  if (reopened.length === 0) return;
  const summary = {
    opened: reopened.length,
    closed: 0,
    reopenedBy: lapses.length > 0 ? "change" : "end of a decision",
  };
  await emit(tx, companyId, { channel: "finding_alert", ids: reopened, count: reopened.length, summary });
};

/**
 * Makes what statements and decisions say true for a company's findings as they are: decisions that are over end, and what became
 * worse than what was decided is open again, with an audit row and an event. Recomputed, so that running it twice changes nothing.
 * Needs the service role with the company set. Returns how many findings or assets are decided otherwise than before.
 */
export const refreshRulings = async (
  tx: Tx,
  companyId: number,
  doubtful: Doubtful = { components: null },
): Promise<number> => {
  await lockFindings(tx, companyId);
  const { ended, components } = await endDecisions(tx, companyId);
  const { changed, lapses } = await standings(tx, companyId, doubtful, components);
  const effects = await refreshVexEffects(tx, companyId);
  if (ended.length + lapses.length > 0) await tellReopened(tx, companyId, ended, lapses);
  return ended.length + changed + effects;
};
