export { readInto } from "./index-bytes.ts";
export { createDictionary, type Dictionary } from "./dictionary.ts";
export { createMatchPool, type MatchPool } from "./match-pool.ts";
export { judgePending } from "./judge.ts";
export { forgetJudgements, judgedComponent, ownersOf, knownEcosystems, knownPackages, lockJudging } from "./sql.ts";
