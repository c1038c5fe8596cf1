import type { z } from "zod";
import type { Identity } from "../../platform/auth/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { type AttachmentRecord, attachmentsOf } from "./attachments-sql.ts";
import { toAttachmentRow } from "./attachments.ts";
import { type CommentRecord, commentsOn } from "./comments-sql.ts";
import { routes, TIMELINE_MAX, type timelineEvent } from "./contract.ts";
import { isOwn, requireFinding } from "./rules.ts";
import { type EventRecord, eventsOf, namesOf } from "./timeline-sql.ts";

type Event = z.output<typeof timelineEvent>;

const EMPTY = { state: null, assignee: null, comment: null, attachments: [], decision: null, says: null };

const shown = (e: EventRecord): Event => ({
  ...EMPTY,
  id: e.id,
  at: e.at.toISOString(),
  kind: e.kind as Event["kind"],
  by: e.by,
  state: e.state,
  assignee: e.assignee,
  says: e.says,
  decision:
    e.decisionId === null || e.decisionKind === null
      ? null
      : { id: e.decisionId, kind: e.decisionKind, reason: e.reason ?? "" },
});

/** What people said, with the files of each comment in it, and files of their own apart. */
const said = (
  identity: Identity,
  names: ReadonlyMap<string, string>,
  comments: readonly CommentRecord[],
  attachments: readonly AttachmentRecord[],
): Event[] => {
  const nameOf = ({ by, personId }: { by: string; personId: string | null }) =>
    (personId === null ? undefined : names.get(personId)) ?? by;
  const rowOf = (a: AttachmentRecord) => ({ ...toAttachmentRow(identity, a), by: nameOf(a) });
  const own = comments.map((c): Event => ({
    ...EMPTY,
    id: c.id,
    at: c.at.toISOString(),
    kind: "comment",
    by: nameOf(c),
    comment: { id: c.id, text: c.text, editedAt: c.editedAt?.toISOString() ?? null, isOwn: isOwn(identity, c) },
    attachments: attachments.filter((a) => a.commentId === c.id).map(rowOf),
  }));
  const alone = attachments.filter((a) => a.commentId === null);
  return [
    ...own,
    ...alone.map((a): Event => ({
      ...EMPTY,
      id: a.id,
      at: a.at.toISOString(),
      kind: "attachment",
      by: nameOf(a),
      attachments: [rowOf(a)],
    })),
  ];
};

/** The route of a finding's timeline. */
export const timelineRoute: Endpoint = implement(routes.getTimeline, {
  audit: "none",
  run: async ({ tx, identity }, { params: { id } }) => {
    const { companyId } = identity;
    await requireFinding(tx, companyId, id);
    const most = TIMELINE_MAX + 1;
    const events = await eventsOf(tx, companyId, id, most);
    const comments = await commentsOn(tx, companyId, id, most);
    const attachments = await attachmentsOf(tx, companyId, id);
    const people = [...comments, ...attachments].flatMap(({ personId }) => personId ?? []);
    const names = await namesOf(tx, companyId, [...new Set(people)]);
    const rows = [...events.map(shown), ...said(identity, names, comments, attachments)].sort((a, b) =>
      a.at === b.at ? (a.id < b.id ? -1 : 1) : a.at < b.at ? 1 : -1,
    );
    return { rows: rows.slice(0, TIMELINE_MAX), isWhole: rows.length <= TIMELINE_MAX };
  },
});
