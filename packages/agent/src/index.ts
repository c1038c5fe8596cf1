export { type EnrollOptions, enrollAgent, rotateCredential, type RotateOptions } from "./enroll.ts";
export type { AgentLog, Report } from "./report.ts";
export { runAgent, type RunOptions, type RunSummary } from "./run.ts";
export { openSpool, type Spool } from "./spool.ts";
export { type AgentState, type Credential, openState } from "./state.ts";
export { fromColumns, toColumns } from "./columns.ts";
export { acknowledgedBy, bodyOf, snapshotOf } from "./inventory-body.ts";
export type { Acknowledged, InventoryBody, Snapshot } from "./inventory-body.ts";
export { AGENT_VERSION } from "./version.ts";
