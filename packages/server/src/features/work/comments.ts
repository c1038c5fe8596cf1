import { AppError } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import {
  type CommentRecord,
  insertComments,
  isFullOfComments,
  lockComment,
  markRead,
  mentionsFor,
  removeComment,
  setMentions,
  unreadMentions,
  updateComment,
} from "./comments-sql.ts";
import { routes } from "./contract.ts";
import { authorOf, isOwn, mentionedIn, requireFinding, tell } from "./rules.ts";

/** Mentions that are shown (count), and how much of each comment (characters). */
const INBOX = { limit: 100, chars: 240 } as const;

/** One's own comment. Throws NOT_FOUND, or FORBIDDEN for somebody else's. */
export const ownComment = async (tx: Tx, { identity }: RequestContext, id: string): Promise<CommentRecord> => {
  const comment = await lockComment(tx, identity.companyId, id);
  if (comment === null) throw new AppError("NOT_FOUND", "There is no comment with this id.");
  if (isOwn(identity, comment)) return comment;
  throw new AppError("FORBIDDEN", "Somebody else wrote this comment: answer it with one of your own.");
};

const add: Endpoint = implement(routes.addComment, {
  audit: "comment.create",
  run: async (context, { params: { id }, body: { text } }) => {
    const { tx, identity } = context;
    const { companyId } = identity;
    const { componentId, advisory } = await requireFinding(tx, companyId, id);
    if (await isFullOfComments(tx, companyId, id)) {
      throw new AppError("CONFLICT", "This finding has as many comments as fit: delete one of yours first.");
    }
    const author = authorOf(identity);
    const [commentId] = await insertComments(tx, companyId, [id], { ...author, text, changeId: null });
    if (commentId === undefined) throw new AppError("NOT_FOUND", "There is no finding with this id.");
    const mentioned = await mentionedIn(tx, companyId, text, author.personId);
    const ids = mentioned.map((one) => one.id);
    await setMentions(tx, companyId, { id: commentId, findingId: id, componentId }, ids);
    context.note(commentId, { findingId: id, advisory, mentioned: ids.length }, { after: { text } });
    await tell(tx, companyId, [id]);
    return { id: commentId, mentioned: mentioned.map((one) => one.name) };
  },
});

const change: Endpoint = implement(routes.changeComment, {
  audit: "comment.change",
  run: async (context, { params: { id }, body: { text } }) => {
    const { tx, identity } = context;
    const { companyId } = identity;
    const comment = await ownComment(tx, context, id);
    if (comment.text !== text) await updateComment(tx, companyId, id, text);
    const mentioned = await mentionedIn(tx, companyId, text, comment.personId);
    await setMentions(
      tx,
      companyId,
      comment,
      mentioned.map((one) => one.id),
    );
    context.note(id, { findingId: comment.findingId }, { before: { text: comment.text }, after: { text } });
    await tell(tx, companyId, [comment.findingId]);
    return { mentioned: mentioned.map((one) => one.name) };
  },
});

const remove: Endpoint = implement(routes.deleteComment, {
  audit: "comment.delete",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    const comment = await ownComment(tx, context, id);
    await removeComment(tx, identity.companyId, id);
    context.note(id, { findingId: comment.findingId }, { before: { text: comment.text } });
    await tell(tx, identity.companyId, [comment.findingId]);
    return {};
  },
});

const inbox: Endpoint = implement(routes.listMentions, {
  audit: "none",
  run: async ({ tx, identity: { companyId, personId } }) => {
    if (personId === undefined) return { unreadCount: 0, rows: [] };
    const rows = await mentionsFor(tx, companyId, personId, INBOX);
    const shown = rows.map((row) => ({
      ...row,
      at: row.at.toISOString(),
      readAt: row.readAt?.toISOString() ?? null,
    }));
    return { unreadCount: await unreadMentions(tx, companyId, personId), rows: shown };
  },
});

const read: Endpoint = implement(routes.readMentions, {
  // that somebody read what they were told proves nothing
  audit: "none",
  run: async ({ tx, identity: { companyId, personId } }, { body: { findingId } }) => ({
    count: personId === undefined ? 0 : await markRead(tx, companyId, personId, findingId ?? null),
  }),
});

/** The routes of comments and of who is told. */
export const commentRoutes: readonly Endpoint[] = [add, change, remove, inbox, read];
