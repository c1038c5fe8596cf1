import type { Endpoint } from "../../platform/http/index.ts";
import type { DecisionDeps } from "../decisions/index.ts";
import { type AttachmentDeps, attachmentRoutes } from "./attachments.ts";
import { bulkRoutes } from "./bulk.ts";
import { commentRoutes } from "./comments.ts";
import { stateRoutes } from "./states.ts";
import { timelineRoute } from "./timeline.ts";
import { undoRoute } from "./undo.ts";

export { expireBulkActions } from "./bulk-sql.ts";
export { expireMentions } from "./comments-sql.ts";
export { expireChanges } from "./timeline-sql.ts";

/** The routes of the work on findings: who has taken one up, what is said of it, what happened to it, and many at once. */
export const workRoutes = (deps: AttachmentDeps & DecisionDeps): Endpoint[] => [
  ...stateRoutes,
  ...commentRoutes,
  ...attachmentRoutes(deps),
  timelineRoute,
  ...bulkRoutes(deps),
  undoRoute(deps),
];
