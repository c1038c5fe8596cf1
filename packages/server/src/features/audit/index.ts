import type { AuditWriter } from "../../platform/http/index.ts";
import { insertAuditEvent } from "./sql.ts";

export { expireAuditEvents } from "./sql.ts";

/** Writes an audit row in the transaction of what it proves: neither is committed without the other. */
export const writeAudit: AuditWriter = insertAuditEvent;
