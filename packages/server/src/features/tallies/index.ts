export { detailOf, type FixDetail, type FixWeight, selectedIn, weigh } from "./fold.ts";
export { type PackedFix, RUN, STEP } from "./pack.ts";
export { bitsIn, type Choice, choiceOf, type LeadTo, type Selector, selectorOf } from "./selection.ts";
export {
  addByComponent,
  countRuns,
  fixedOf,
  type Left,
  rowsSelected,
  type RunCount,
  type Taken,
  takeAway,
  type TakenAway,
} from "./totals.ts";
export { createTallyStore, NO_TALLIES, type Tallies, type TallyStore } from "./store.ts";
