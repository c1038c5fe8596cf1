import { DECISION_KINDS } from "@zerotrace/core/decision/decision";
import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { idParam, route } from "@zerotrace/core/schema";
import { COMMENT_CHARS_MAX } from "@zerotrace/core/work/comment";
import { FINDING_STATES, WORK_STATES } from "@zerotrace/core/work/work";
import { z } from "zod";

/** Largest attachment, in bytes. */
export const ATTACHMENT_BYTES_MAX = 5 * 1024 * 1024;
/** Attachments of one finding (count). */
export const ATTACHMENTS_MAX = 20;
/** Findings that one bulk action changes at most (count). */
export const BULK_MAX = 10_000;
/** How long a bulk action can be undone, in minutes. */
export const UNDO_MINUTES = 60;
/** Events of a timeline, the newest (count). */
export const TIMELINE_MAX = 500;
/** Findings that are named one by one (count); more are named by a query. */
const IDS_MAX = 500;

const text = z.string().trim().min(1).max(COMMENT_CHARS_MAX).describe("Code in backticks, links, `@names`; no HTML");

export const colleague = z.object({
  id: z.uuid(),
  name: z.string(),
  /** What stands behind `@` to tell them: what is before the `@` of the email, or all of it where two have the same. */
  handle: z.string(),
});

export const listColleagues = route({
  method: "GET",
  path: "/api/v1/colleagues",
  summary: "The company's people that a finding can be given to and a comment can mention, by name",
  permission: "findings:read",
  query: z.object({ q: z.string().max(100).optional().describe("The beginning of a name or a handle") }),
  answer: z.object({ rows: z.array(colleague) }),
});

const wish = {
  state: z.enum(WORK_STATES).optional(),
  assigneeId: z.uuid().nullable().optional().describe("A person of the company; null for nobody"),
};

export const setFindingWork = route({
  method: "PUT",
  path: "/api/v1/findings/:id/work",
  summary: "Say that somebody knows of an open finding or works on it, and whose it is; what is left out stays",
  permission: "findings:manage",
  params: idParam,
  body: z.object(wish),
  answer: z.object({ changed: z.boolean() }),
});

export const attachmentRow = z.object({
  id: z.uuid(),
  commentId: z.uuid().nullable(),
  name: z.string(),
  /** As its bytes say. */
  mediaType: z.string(),
  sizeBytes: z.number().int(),
  sha256: z.string(),
  at: z.string(),
  by: z.string(),
  /** The caller added it, and may take it away. */
  isOwn: z.boolean(),
});

export const timelineEvent = z.object({
  /** Stable among the events of a finding. */
  id: z.string(),
  at: z.string(),
  kind: z.enum([
    "first_seen",
    "published",
    "fixed",
    "reopened",
    "state",
    "assigned",
    "comment",
    "attachment",
    "decided",
    "approved",
    "revoked",
    "expired",
    "lapsed",
    "vex",
  ]),
  /** Who did it, by name where it is a person of the company; null for what nobody did. */
  by: z.string().nullable(),
  /** Of a change of state. */
  state: z.enum(FINDING_STATES).nullable(),
  /** Of an assignment: the name; null for nobody. */
  assignee: z.string().nullable(),
  comment: z.object({ id: z.uuid(), text: z.string(), editedAt: z.string().nullable(), isOwn: z.boolean() }).nullable(),
  attachments: z.array(attachmentRow),
  decision: z.object({ id: z.uuid(), kind: z.enum(DECISION_KINDS), reason: z.string() }).nullable(),
  /** Of a lapse: why; of a VEX statement: what it says. */
  says: z.string().nullable(),
});

export const getTimeline = route({
  method: "GET",
  path: "/api/v1/findings/:id/timeline",
  summary: `What happened to a finding, newest first: seen, taken up, commented, decided, fixed, back again; the last ${TIMELINE_MAX}`,
  permission: "findings:read",
  params: idParam,
  answer: z.object({ rows: z.array(timelineEvent), isWhole: z.boolean() }),
});

export const addComment = route({
  method: "POST",
  path: "/api/v1/findings/:id/comments",
  summary: "Comment on a finding; whom it mentions is told",
  permission: "findings:manage",
  status: 201,
  params: idParam,
  body: z.object({ text }),
  answer: z.object({ id: z.uuid(), mentioned: z.array(z.string()) }),
});

export const changeComment = route({
  method: "PUT",
  path: "/api/v1/comments/:id",
  summary: "Change one's own comment; the audit trail keeps what it said",
  permission: "findings:manage",
  params: idParam,
  body: z.object({ text }),
  answer: z.object({ mentioned: z.array(z.string()) }),
});

export const deleteComment = route({
  method: "DELETE",
  path: "/api/v1/comments/:id",
  summary: "Delete one's own comment with its attachments; the audit trail keeps what it said",
  permission: "findings:manage",
  params: idParam,
});

export const addAttachment = route({
  method: "POST",
  path: "/api/v1/findings/:id/attachments",
  summary:
    "Attach a picture, PDF, text or archive to a finding, or to one's own comment on it; the type is told by its bytes",
  permission: "findings:manage",
  status: 201,
  params: idParam,
  query: z.object({ name: z.string().trim().min(1).max(200), commentId: z.uuid().optional() }),
  bodyLimitBytes: ATTACHMENT_BYTES_MAX,
  bodyIsStream: true,
  body: z.unknown(),
  answer: attachmentRow,
});

export const getAttachment = route({
  method: "GET",
  path: "/api/v1/attachments/:id",
  summary: "Download an attachment",
  permission: "findings:read",
  params: idParam,
  contentType: "application/octet-stream",
});

export const deleteAttachment = route({
  method: "DELETE",
  path: "/api/v1/attachments/:id",
  summary: "Delete an attachment that one added",
  permission: "findings:manage",
  params: idParam,
});

export const listMentions = route({
  method: "GET",
  path: "/api/v1/me/mentions",
  summary: "Comments that mention the caller, newest first; the last hundred",
  permission: "findings:read",
  answer: z.object({
    unreadCount: z.number().int(),
    rows: z.array(
      z.object({
        commentId: z.uuid(),
        findingId: z.uuid(),
        advisory: z.string(),
        package: z.string(),
        by: z.string(),
        at: z.string(),
        /** The beginning of the comment. */
        text: z.string(),
        readAt: z.string().nullable(),
      }),
    ),
  }),
});

export const readMentions = route({
  method: "POST",
  path: "/api/v1/me/mentions/read",
  summary: "Mark mentions of the caller as read: those of one finding, or all",
  permission: "findings:read",
  body: z.object({ findingId: z.uuid().optional() }),
  answer: z.object({ count: z.number().int() }),
});

const target = {
  query: z
    .string()
    .trim()
    .max(QUERY_CHARS_MAX)
    .optional()
    .describe("In the language of queries; empty for every open finding"),
  ids: z.array(z.uuid()).min(1).max(IDS_MAX).optional().describe("Findings one by one, instead of a query"),
};
const action = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("state"), state: z.enum(WORK_STATES) }).strict(),
  z.object({ kind: z.literal("assign"), assigneeId: z.uuid().nullable() }).strict(),
  z.object({ kind: z.literal("comment"), text }).strict(),
  z
    .object({
      kind: z.literal("decide"),
      decision: z.enum(DECISION_KINDS),
      reason: z.string().trim().min(3).max(2_000),
      expiresAt: z.iso.datetime(),
    })
    .strict(),
]);
export type BulkWish = z.output<typeof action>;

export const previewBulkAction = route({
  method: "POST",
  path: "/api/v1/bulk-actions/preview",
  summary: "What a bulk action would change now, in numbers; nothing is changed",
  permission: "findings:read",
  body: z.object({ ...target, action }),
  answer: z.object({
    /** Open findings that are named, and those of them that would be other than they are. */
    findingCount: z.number().int(),
    changedCount: z.number().int(),
    /** Those that somebody else has, or works on. */
    takenCount: z.number().int(),
    /** More are named than one action changes: narrow the query. */
    isTooMany: z.boolean(),
  }),
});

export const bulkActionRow = z.object({
  id: z.uuid(),
  kind: z.enum(["state", "assign", "comment", "decide"]),
  query: z.string(),
  findingCount: z.number().int(),
  changedCount: z.number().int(),
  decisionId: z.uuid().nullable(),
  at: z.string(),
  by: z.string(),
  undoneAt: z.string().nullable(),
  undoneBy: z.string().nullable(),
  restoredCount: z.number().int().nullable(),
  /** Null when it is past. */
  undoUntil: z.string().nullable(),
});

export const createBulkAction = route({
  method: "POST",
  path: "/api/v1/bulk-actions",
  summary: `Change the state, the assignee, comment or decide on up to ${BULK_MAX} open findings at once; can be undone for ${UNDO_MINUTES} minutes`,
  permission: "findings:manage",
  status: 201,
  bodyLimitBytes: 128 * 1024,
  body: z.object({
    ...target,
    action,
    findingCount: z
      .number()
      .int()
      .optional()
      .describe("What the preview said: refused when it is another number by now"),
  }),
  answer: bulkActionRow,
});

export const listBulkActions = route({
  method: "GET",
  path: "/api/v1/bulk-actions",
  summary: "The last hundred bulk actions, newest first",
  permission: "findings:read",
  answer: z.object({ rows: z.array(bulkActionRow) }),
});

export const undoBulkAction = route({
  method: "POST",
  path: "/api/v1/bulk-actions/:id/undo",
  summary: "Put back what a bulk action changed, but for what somebody changed since, and say which that is",
  permission: "findings:manage",
  params: idParam,
  answer: z.object({
    restoredCount: z.number().int(),
    /** Findings that somebody changed since: they stay as they are. */
    keptCount: z.number().int(),
    /** The first hundred of them. */
    kept: z.array(z.object({ findingId: z.uuid(), advisory: z.string(), package: z.string(), why: z.string() })),
  }),
});

export const routes = {
  listColleagues,
  setFindingWork,
  getTimeline,
  addComment,
  changeComment,
  deleteComment,
  addAttachment,
  getAttachment,
  deleteAttachment,
  listMentions,
  readMentions,
  previewBulkAction,
  createBulkAction,
  listBulkActions,
  undoBulkAction,
};
