import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, contract, queries, type TimelineEvent } from "../../api.ts";
import { attachmentUrl } from "../../downloads.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { bytes } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { CommentForm } from "./comment-form.tsx";
import { CommentText } from "./comment-text.tsx";
import { MentionField } from "./mention-field.tsx";
import { eventText } from "./words.ts";

const useChange = (findingId: string, change: (text: string) => Promise<unknown>, onDone?: () => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["finding", findingId, "timeline"] });
      onDone?.();
    },
  });
};

const Files = ({ event, findingId }: { event: TimelineEvent; findingId: string }) => {
  const remove = useChange(findingId, (id) => call(contract.work.deleteAttachment, { params: { id } }));
  if (event.attachments.length === 0) return null;
  return (
    <ul className="grid gap-1 text-sm">
      {event.attachments.map((file) => (
        <li key={file.id} className="flex flex-wrap items-center gap-x-3">
          <a className="link wrap-anywhere" href={attachmentUrl(file.id)} download={file.name}>
            {file.name}
          </a>
          <span className="text-xs text-dim">
            {file.mediaType}, {bytes(file.sizeBytes)}
          </span>
          {file.isOwn && (
            <Confirm
              verb={say("Delete")}
              question={say("Delete this file?")}
              onConfirm={() => remove.mutate(file.id)}
            />
          )}
        </li>
      ))}
      {remove.error && <ErrorPanel error={remove.error} />}
    </ul>
  );
};

const Said = ({ comment, findingId }: { comment: NonNullable<TimelineEvent["comment"]>; findingId: string }) => {
  const may = useMay("findings:manage");
  const [draft, setDraft] = useState<string | null>(null);
  const params = { id: comment.id };
  const change = useChange(
    findingId,
    (text) => call(contract.work.changeComment, { params, body: { text } }),
    () => setDraft(null),
  );
  const remove = useChange(findingId, () => call(contract.work.deleteComment, { params }));
  if (draft !== null) {
    return (
      <form
        className="grid gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate(draft);
        }}
      >
        <MentionField label={say("Your comment")} value={draft} onChange={setDraft} />
        <div className="flex gap-2">
          <button type="submit" className="button" disabled={change.isPending || draft.trim() === ""}>
            {say("Save")}
          </button>
          <button type="button" className="button" onClick={() => setDraft(null)}>
            {say("Leave it")}
          </button>
        </div>
        {change.error && <ErrorPanel error={change.error} />}
      </form>
    );
  }
  return (
    <>
      <CommentText text={comment.text} />
      {comment.isOwn && may && (
        <div className="flex gap-3">
          <button type="button" className="act" onClick={() => setDraft(comment.text)}>
            {say("Edit")}
          </button>
          <Confirm
            verb={say("Delete")}
            question={say("Delete this comment with its files?")}
            onConfirm={() => remove.mutate("")}
          />
        </div>
      )}
      {remove.error && <ErrorPanel error={remove.error} />}
    </>
  );
};

/** Comments stand out; what else happened is a line. */
const Event = ({ event, findingId }: { event: TimelineEvent; findingId: string }) => (
  <li className={`grid gap-2 px-4 py-2 ${event.comment ? "bg-raised" : ""}`}>
    <p className="flex flex-wrap gap-x-3 text-sm">
      <span className={event.comment ? "font-semibold" : ""}>{eventText(event)}</span>
      {event.comment?.editedAt && <span className="text-dim">{say("edited")}</span>}
      <span className="ml-auto text-dim">
        <Time at={event.at} />
      </span>
    </p>
    {event.decision && event.kind === "decided" && <p className="text-sm text-dim">{event.decision.reason}</p>}
    {event.comment && <Said comment={event.comment} findingId={findingId} />}
    <Files event={event} findingId={findingId} />
  </li>
);

const useReadMentions = (findingId: string): void => {
  const client = useQueryClient();
  const mentions = useQuery(queries.mentions());
  const isUnread = mentions.data?.rows.some((row) => row.findingId === findingId && row.readAt === null) ?? false;
  useEffect(() => {
    if (!isUnread) return;
    void call(contract.work.readMentions, { body: { findingId } }).then(() =>
      client.invalidateQueries({ queryKey: ["mentions"] }),
    );
  }, [isUnread, findingId, client]);
};

/** Everything that happened to a finding, the newest first, and the field to say something. */
export const Timeline = ({ findingId }: { findingId: string }) => {
  const timeline = useQuery(queries.timeline(findingId));
  const may = useMay("findings:manage");
  useReadMentions(findingId);
  return (
    <Panel title={say("Timeline")} flush>
      {timeline.error && <ErrorPanel error={timeline.error} retry={() => void timeline.refetch()} />}
      {timeline.isPending && <RowsSkeleton rows={3} />}
      {timeline.data && (
        <ol className="divide-y divide-line">
          {timeline.data.rows.map((event) => (
            <Event key={event.id} event={event} findingId={findingId} />
          ))}
        </ol>
      )}
      {timeline.data?.isWhole === false && (
        <p className="border-t border-line px-4 py-2 text-sm text-dim">{say("Older events are not shown.")}</p>
      )}
      {may && <CommentForm findingId={findingId} />}
    </Panel>
  );
};
