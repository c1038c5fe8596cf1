import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Time } from "../../ui/marks.tsx";
import { Empty, ErrorPanel } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { type WebhookDelivery, webhookQueries } from "./queries.ts";

const pretty = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
};

/** One message as it was sent, with the beginning of the answer. */
const Message = ({ id, delivery }: { id: string; delivery: WebhookDelivery }) => {
  const found = useQuery(webhookQueries.delivery(id, delivery.id));
  if (found.error) return <ErrorPanel error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return null;
  return (
    <div className="grid gap-3 border-t border-line p-4 text-sm">
      <p className="text-dim">
        {say("webhook-id")} <span className="mono wrap-anywhere">{delivery.id}</span>
      </p>
      <pre className="mono text-xs wrap-anywhere whitespace-pre-wrap">{pretty(found.data.body)}</pre>
      {found.data.answer !== null && (
        <>
          <p className="text-dim">{say("The answer began with:")}</p>
          <pre className="mono text-xs wrap-anywhere whitespace-pre-wrap">{found.data.answer || say("(nothing)")}</pre>
        </>
      )}
    </div>
  );
};

const Again = ({ id, delivery }: { id: string; delivery: WebhookDelivery }) => {
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => call(contract.webhooks.redeliverWebhook, { params: { id, deliveryId: delivery.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
  });
  return (
    <button
      type="button"
      className="act"
      disabled={again.isPending || delivery.state === "waiting"}
      title={again.error?.message}
      onClick={(e) => {
        e.stopPropagation();
        again.mutate();
      }}
    >
      {again.error ? say("Failed: once more") : say("Send again")}
    </button>
  );
};

const Result = ({ delivery: d }: { delivery: WebhookDelivery }) => {
  if (d.error !== null) {
    return (
      <span className={d.state === "failed" ? "text-bad" : "text-warn"} title={d.error}>
        {d.error}
      </span>
    );
  }
  return d.state === "sent" ? (
    <span>{say("taken: {status}", { status: d.status ?? "" })}</span>
  ) : (
    <span>{say("waits")}</span>
  );
};

const columnsOf = (id: string): readonly Column<WebhookDelivery>[] => [
  { head: say("Message"), width: "180px", className: "full", cell: (d) => <span className="mono">{d.kind}</span> },
  { head: say("Made"), width: "120px", label: say("made"), cell: (d) => <Time at={d.createdAt} /> },
  { head: say("Result"), cell: (d) => <Result delivery={d} /> },
  { head: say("Attempts"), width: "90px", label: say("attempts"), cell: (d) => d.attempts },
  {
    head: say("Took"),
    width: "90px",
    label: say("took"),
    cell: (d) => (d.durationMs === null ? "" : say("{ms} ms", { ms: d.durationMs })),
  },
  { head: say("Actions"), width: "120px", className: "end", cell: (d) => <Again id={id} delivery={d} /> },
];

/** What was sent to a webhook, newest first; a row opens the message. */
export const WebhookLog = ({ id }: { id: string }) => {
  const pages = useInfiniteQuery(webhookQueries.deliveries(id));
  const [open, setOpen] = useState<WebhookDelivery | null>(null);
  return (
    <>
      <PagedTable
        label={say("Messages")}
        noun={say("messages")}
        columns={columnsOf(id)}
        pages={pages}
        keyOf={(d) => d.id}
        cardHeight={150}
        onOpen={(d) => setOpen(open?.id === d.id ? null : d)}
        empty={
          <Empty title={say("Nothing was sent yet")}>{say("Send a test to see whether the address takes it.")}</Empty>
        }
      />
      {open && <Message key={open.id} id={id} delivery={open} />}
    </>
  );
};
