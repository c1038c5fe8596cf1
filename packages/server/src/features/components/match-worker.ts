import { messageOf, openIndex, riskOf, type AdvisoryIndex } from "@zerotrace/core";
import { parentPort } from "node:worker_threads";
import type { WorkerVerdict } from "./match-pool.ts";
import type { ToJudge } from "./sql.ts";

let index: AdvisoryIndex | null = null;

const judge = (advisories: AdvisoryIndex, c: ToJudge): WorkerVerdict => {
  const verdict = advisories.match(c.ecosystem, c.packageName, c.version);
  return {
    id: c.id,
    verdict: verdict.verdict,
    reason: verdict.reason ?? (c.isOwned ? "owned" : null),
    // The owner is in the inventory too and has the findings.
    matches: (c.isOwned ? [] : verdict.hits).map((hit) => {
      const group = advisories.advisory(hit.advisory);
      const { risk } = riskOf({ ...group, fixAvailable: hit.fixedIn !== null });
      return { advisory: group.id, recordId: hit.recordId, fixedIn: hit.fixedIn, urgency: hit.urgency, risk };
    }),
  };
};

const answer = (message: { load?: SharedArrayBuffer; judge?: ToJudge[] }): WorkerVerdict[] | null => {
  if (message.load) {
    index = openIndex(new Uint8Array(message.load));
    return null;
  }
  const advisories = index;
  if (advisories === null) throw new Error("No index is loaded.");
  return (message.judge ?? []).map((c) => judge(advisories, c));
};

parentPort?.on("message", (message: { ask: number; load?: SharedArrayBuffer; judge?: ToJudge[] }) => {
  try {
    parentPort?.postMessage({ ask: message.ask, result: answer(message) });
  } catch (error) {
    parentPort?.postMessage({ ask: message.ask, result: null, error: messageOf(error) });
  }
});
