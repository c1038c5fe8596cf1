import { type AdvisoryGroup, assess } from "@zerotrace/core";
import type { z } from "zod";
import type { RatedHolders } from "../assets/index.ts";
import type { enrichment as enriched, findingDetail } from "./contract.ts";
import type { FindingRecord } from "./sql.ts";

const DAY_MS = 86_400_000;

/** A finding's risk taken apart, with what the assets add on which it is open. */
export const assessmentOf = (
  finding: FindingRecord,
  group: AdvisoryGroup | undefined,
  { exploits, ssvc }: z.output<typeof enriched>,
  { worst, mostCritical, ...assets }: RatedHolders,
  now: Date,
): z.output<typeof findingDetail>["assessment"] => {
  const since = finding.reopenedAt ?? finding.firstSeenAt;
  const rated = { exposure: worst?.exposure ?? null, criticality: worst?.criticality ?? null, mostCritical };
  const assessed = assess({
    severity: finding.severity,
    cvss: group?.cvss ?? (finding.cvss === null ? null : { score: Math.round(finding.cvss * 10) / 10 }),
    epss: group?.epss ?? (finding.epss === null ? null : { score: finding.epss }),
    kevAddedAt: finding.kevAddedAt,
    exploitCount: exploits.length,
    ssvc,
    fixedIn: finding.fixedIn,
    assets: { ...assets, ...rated },
    openDays: finding.status === "open" ? Math.max(0, Math.floor((now.getTime() - since.getTime()) / DAY_MS)) : null,
  });
  return { ...assessed, worstAsset: worst, assets };
};
