export { readInto } from "./index-bytes.ts";
export { createDictionary, type Dictionary } from "./dictionary.ts";
export { createMatchPool, type MatchPool } from "./match-pool.ts";
export { type Judging, judgePending, judgeWithin, type Rejudged } from "./judge.ts";
export { type ChangedMatch, type ComponentSums, componentSums } from "./sql.ts";
export { forgetJudgements, judgedComponent, ownersOf, knownEcosystems, knownPackages, lockJudging } from "./sql.ts";
