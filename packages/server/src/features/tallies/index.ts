export { detailOf, type FixDetail, type FixWeight, selectedIn, weigh, weightTaken } from "./fold.ts";
export { type PackedFix, RUN, STEP } from "./pack.ts";
export { bitsIn, type Choice, choiceOf, type LeadTo, type Selector, selectorOf } from "./selection.ts";
export {
  addByComponent,
  advisoryOf,
  countRuns,
  fixedOf,
  type Left,
  RANKS_END,
  rankOfRun,
  riskLeft,
  selectedRuns,
  takeAway,
  type TakenAway,
  type TakenRun,
} from "./totals.ts";
export { createTallyStore, NO_TALLIES, type Tallies, type TallyStore } from "./store.ts";
