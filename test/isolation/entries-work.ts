import { asks, byId, type Entry, inDays, plain } from "./entry.ts";

const NOT_YOURS = { statuses: [403], why: "somebody else of the company wrote it" };
const EARLIER = "the walk comments and changes many at once";

/** Routes of the work on findings. */
export const WORK_ENTRIES: Readonly<Record<string, Entry>> = {
  "work.listColleagues": asks((of) => ({ query: { q: of["memberName"] ?? "" } })),
  "work.setFindingWork": asks((of) => ({
    params: { id: of["findingId"] ?? "" },
    body: { state: "acknowledged", assigneeId: of["personId"] ?? null },
  })),
  "work.getTimeline": byId("findingId", { moves: EARLIER }),
  "work.addComment": asks((of) => ({ params: { id: of["findingId"] ?? "" }, body: { text: "seen" } }), {
    moves: "each comment has an id of its own",
  }),
  "work.changeComment": asks((of) => ({ params: { id: of["commentId"] ?? "" }, body: { text: "seen" } }), {
    control: NOT_YOURS,
    refuses: NOT_YOURS,
  }),
  "work.deleteComment": byId("commentId", { control: NOT_YOURS, refuses: NOT_YOURS }),
  "work.addAttachment": asks(
    (of) => ({
      params: { id: of["findingId"] ?? "" },
      query: { name: "note.txt" },
      body: "note",
      type: "application/octet-stream",
    }),
    { moves: "each attachment has an id of its own" },
  ),
  "work.getAttachment": byId("attachmentId"),
  "work.deleteAttachment": byId("attachmentId", { control: NOT_YOURS, refuses: NOT_YOURS }),
  "work.listMentions": plain(),
  "work.readMentions": asks((of) => ({ body: { findingId: of["findingId"] ?? "" } })),
  "work.previewBulkAction": asks(
    (of) => ({
      body: { ids: [of["findingId"] ?? ""], action: { kind: "state", state: "in_work" } },
    }),
    { moves: EARLIER },
  ),
  "work.createBulkAction": asks(
    (of) => ({
      body: {
        query: `host:${of["hostName"]}`,
        action: { kind: "decide", decision: "deferred", reason: "Next window", expiresAt: inDays(7) },
      },
    }),
    { moves: "each bulk action has an id and a time of its own" },
  ),
  "work.listBulkActions": plain({}, { moves: EARLIER }),
  "work.undoBulkAction": byId("bulkId", { last: true }),
};
