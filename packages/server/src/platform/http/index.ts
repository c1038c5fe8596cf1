export { authenticateRequest, authorize, isLoopback } from "./access.ts";
export { JSON_DEPTH_MAX } from "./body.ts";
export { decodeCursor, encodeCursor } from "./cursor.ts";
export { createKept, type KeptAnswers } from "./kept.ts";
export { assertListenable } from "./listen.ts";
export { readExamples } from "./examples.ts";
export { openApiOf } from "./openapi.ts";
export { toProblem } from "./problem.ts";
export { createRateLimits, type Rate, RATES, type RateLimits } from "./rate-limits.ts";
export { SECURITY_EVENTS, type SecurityEvent, type SecurityEventName } from "./security.ts";
export { renewTls, type TlsListener } from "./tls.ts";
export { createHttp, type HttpOptions, type HttpServer } from "./server.ts";
export {
  type AuditRow,
  type AuditWriter,
  type Change,
  type Endpoint,
  type Handler,
  type HttpStream,
  implement,
  type ProveDevice,
  type Input,
  type Problem,
  reply,
  type RequestContext,
} from "./types.ts";
