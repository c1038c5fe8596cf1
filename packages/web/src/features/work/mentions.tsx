import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { call, contract, queries } from "../../api.ts";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { CommentText } from "./comment-text.tsx";

/** Comments that mention the reader. Opening a finding marks its own as read. */
export const MentionsPage = () => {
  const client = useQueryClient();
  const mentions = useQuery(queries.mentions());
  const read = useMutation({
    mutationFn: () => call(contract.work.readMentions, { body: {} }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["mentions"] }),
  });
  const unread = mentions.data?.unreadCount ?? 0;
  return (
    <Page
      title={say("Mentions")}
      lead={unread === 0 ? undefined : say("{unread} not read", { unread: plural(unread, "mention") })}
      actions={
        unread > 0 && (
          <button type="button" className="button" disabled={read.isPending} onClick={() => read.mutate()}>
            {say("Mark all as read")}
          </button>
        )
      }
    >
      <section className="panel" aria-label={say("Mentions")}>
        {mentions.error && <ErrorPanel error={mentions.error} retry={() => void mentions.refetch()} />}
        {mentions.isPending && <RowsSkeleton />}
        {mentions.data?.rows.length === 0 && (
          <Empty title={say("Nobody has mentioned you yet")}>
            {say("Who writes your name after an @ in a comment on a finding tells you of it here.")}
          </Empty>
        )}
        <ol className="divide-y divide-line">
          {mentions.data?.rows.map((row) => (
            <li
              key={row.commentId}
              className={`grid gap-1 border-l-2 px-4 py-2 ${row.readAt === null ? "border-l-accent" : "border-l-transparent"}`}
            >
              <p className="flex flex-wrap gap-x-3 text-sm">
                <Link to="/findings/$id" params={{ id: row.findingId }} className="link">
                  {say("{advisory} in {source}", { advisory: row.advisory, source: row.package })}
                </Link>
                <span>{row.by}</span>
                <span className="ml-auto text-dim">
                  <Time at={row.at} />
                </span>
              </p>
              <CommentText text={row.text} />
            </li>
          ))}
        </ol>
      </section>
    </Page>
  );
};
