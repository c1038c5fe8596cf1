export * from "./vex.ts";
export { createVex, type IsPresent, type Vex } from "./apply.ts";
export { parseVex, parseVexText } from "./parse.ts";
export { isTargetOf, type VexTarget, vexTarget } from "./target.ts";
