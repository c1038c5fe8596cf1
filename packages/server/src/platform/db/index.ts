export { connectClient } from "./client.ts";
export { APP_ROLE, type Connections, connectionsOf, SERVICE_ROLE } from "./connections.ts";
export { CopyWriter } from "./copy.ts";
export { type Database, openDatabase, type Statement, type Tx } from "./database.ts";
export { type EmbeddedPostgres, startEmbedded } from "./embedded.ts";
export { makeDataDir } from "./embedded-place.ts";
export { asAppError, codeOf, isConnectionLoss, isRetryable } from "./faults.ts";
export { lockDataDir } from "./lock.ts";
export { migrate } from "./migrate.ts";
