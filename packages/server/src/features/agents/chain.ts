import { hash, timingSafeEqual } from "node:crypto";

/**
 * One step of an agent's chain: each heartbeat shows the step that the server answered to the one before, and gets the next. A
 * step that is shown again is answered on a new branch, so that of two holders of one credential each comes back with a step of
 * its own branch, whereas a holder alone never comes back to a branch that it left.
 */
export interface Step {
  readonly branch: number;
  readonly step: number;
}

/** A branch that the present one rests on, and the last step of it that it does. */
type Fork = readonly [branch: number, step: number];

/** Where a chain stands: `step` was answered last, on `branch`, which rests on the `forks`, the newest last. */
export interface Chain extends Step {
  readonly forks: readonly Fork[];
}

/**
 * What a shown step says. `next`: all is well. `again`: the answer was lost, or the agent ended before it kept it. `ahead`: the
 * server itself forgot its last moments. `rewound`: an older state of the agent goes on, as after a restored snapshot.
 * `forked`: a branch that was left goes on.
 */
export type ChainVerdict = "next" | "again" | "ahead" | "rewound" | "forked";

/** What an agent shows before it got any answer. */
export const START: Step = { branch: 0, step: 0 };
/** A chain that nobody went on with yet. */
export const NEW_CHAIN: Chain = { ...START, forks: [] };
/** Branches that a chain remembers to rest on: one left longer ago passes as an older state. */
const FORKS_MAX = 32;
/** Bytes of a step's proof: it cannot be guessed within the life of an agent. */
const PROOF_BYTES = 12;
const FORM = /^([0-9a-z]{1,7})\.([0-9a-z]{1,10})\.([A-Za-z0-9_-]{16})$/;

const verdictOf = (chain: Chain, { branch, step }: Step): ChainVerdict => {
  if (branch > chain.branch || (branch === chain.branch && step > chain.step)) return "ahead";
  if (branch === chain.branch && step === chain.step) return "next";
  if (branch < chain.branch) {
    const left = chain.forks.find(([of]) => of === branch)?.[1];
    const isForgotten = chain.forks.length === FORKS_MAX && branch < (chain.forks[0]?.[0] ?? 0);
    if (left === undefined ? !isForgotten : step > left) return "forked";
  }
  return step === chain.step - 1 ? "again" : "rewound";
};

/** Judges a shown step; `chain` is where the chain stands then, and its step is to be answered. */
export const judgeStep = (chain: Chain, shown: Step): { readonly verdict: ChainVerdict; readonly chain: Chain } => {
  const verdict = verdictOf(chain, shown);
  const step = shown.step + 1;
  if (verdict === "next") return { verdict, chain: { ...chain, step } };
  if (verdict === "ahead") {
    const forks = shown.branch === chain.branch ? chain.forks : [[chain.branch, chain.step] as const];
    return { verdict, chain: { branch: shown.branch, step, forks } };
  }
  const below = chain.forks.filter(([of]) => of < shown.branch);
  const forks = [...below, [shown.branch, shown.step] as const].slice(-FORKS_MAX);
  return { verdict, chain: { branch: chain.branch + 1, step, forks } };
};

/** Keyed at both ends and cut, so that no proof leads to another; a tenth of what an HMAC costs. */
const proofOf = (secret: string, { branch, step }: Step): Buffer =>
  hash("sha256", `${secret}.${branch}.${step}.${secret}`, "buffer").subarray(0, PROOF_BYTES);

/** A step as text, proved by the chain's secret. */
export const writeStep = (secret: string, step: Step): string =>
  `${step.branch.toString(36)}.${step.step.toString(36)}.${proofOf(secret, step).toString("base64url")}`;

/** The step of a text; null for one that this secret did not prove. */
export const readStep = (secret: string, text: string): Step | null => {
  const [, branch, step, proof = ""] = FORM.exec(text) ?? [];
  if (branch === undefined || step === undefined) return null;
  const shown = { branch: Number.parseInt(branch, 36), step: Number.parseInt(step, 36) };
  const given = Buffer.from(proof, "base64url");
  return given.length === PROOF_BYTES && timingSafeEqual(given, proofOf(secret, shown)) ? shown : null;
};
