import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { plural } from "../../ui/format.ts";
import { Copy, Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { type Webhook, webhookQueries } from "./queries.ts";
import { WebhookForm } from "./webhook-form.tsx";
import { WebhookLog } from "./webhook-log.tsx";

const Actions = ({
  webhook: w,
  onEdit,
  onSecret,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onSecret: (secret: string) => void;
}) => {
  const client = useQueryClient();
  const params = { id: w.id };
  const onSuccess = () => client.invalidateQueries({ queryKey: ["webhooks"] });
  const test = useMutation({ mutationFn: () => call(contract.webhooks.testWebhook, { params }), onSuccess });
  const remove = useMutation({ mutationFn: () => call(contract.webhooks.deleteWebhook, { params }), onSuccess });
  const rotate = useMutation({
    mutationFn: () => call(contract.webhooks.rotateWebhookSecret, { params, body: {} }),
    onSuccess: async ({ secret }) => {
      onSecret(secret);
      await onSuccess();
    },
  });
  const turn = useMutation({
    mutationFn: () => {
      const { name, url, kinds, query } = w;
      return call(contract.webhooks.changeWebhook, { params, body: { name, url, kinds, query, isOn: !w.isOn } });
    },
    onSuccess,
  });
  const error = test.error ?? remove.error ?? rotate.error ?? turn.error;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-4">
      {error && (
        <span role="alert" className="text-bad">
          {error.message}
        </span>
      )}
      <button type="button" className="act" disabled={!w.isOn || test.isPending} onClick={() => test.mutate()}>
        {say("Send a test")}
      </button>
      <button type="button" className="act" onClick={onEdit}>
        {say("Change")}
      </button>
      <button type="button" className="act" disabled={turn.isPending} onClick={() => turn.mutate()}>
        {w.isOn ? say("Turn off") : say("Turn on")}
      </button>
      <Confirm
        verb={say("New secret")}
        question={say("The secret of now signs for another 24 hours")}
        onConfirm={() => rotate.mutate()}
      />
      <Confirm
        verb={say("Delete")}
        question={say("{name} is told nothing more, and its log is gone", { name: w.name })}
        onConfirm={() => remove.mutate()}
      />
    </span>
  );
};

const State = ({ webhook: w }: { webhook: Webhook }) => {
  if (w.note !== null) return <p className="text-bad">{w.note}</p>;
  if (!w.isOn) return <p className="text-warn">{say("It is off: what happens meanwhile is not kept for it.")}</p>;
  if (w.failingSince !== null) {
    return (
      <p className="text-bad wrap-anywhere">
        {say("Fails since")} <Time at={w.failingSince} />
        {say(": {error}. Tried again by itself: {waiting}.", {
          error: w.lastError ?? "",
          waiting: plural(w.waitingCount, "message waits", "messages wait"),
        })}
      </p>
    );
  }
  if (w.sentAt === null) return <p className="text-dim">{say("Nothing was sent yet.")}</p>;
  return (
    <p className="text-dim">
      {say("Last message taken")} <Time at={w.sentAt} />
    </p>
  );
};

const WebhookPanel = ({
  webhook: w,
  onEdit,
  onSecret,
}: {
  webhook: Webhook;
  onEdit: () => void;
  onSecret: (secret: string) => void;
}) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title={w.name} aside={<Actions webhook={w} onEdit={onEdit} onSecret={onSecret} />} flush>
      <div className="grid gap-2 p-4">
        <p className="mono wrap-anywhere">{w.url}</p>
        <p className="flex flex-wrap gap-x-2 gap-y-1">
          {w.kinds.map((kind) => (
            <span key={kind} className="chip mono">
              {kind}
            </span>
          ))}
          {w.query !== "" && <span className="mono text-dim">{w.query}</span>}
          {w.labels !== null && (
            <span className="text-dim">{say("assets labeled {labels} only", { labels: w.labels.join(", ") })}</span>
          )}
        </p>
        <State webhook={w} />
        {w.previousUntil !== null && (
          <p className="text-dim">
            {say("The former secret signs too until")} <Time at={w.previousUntil} />
          </p>
        )}
        <div>
          <button type="button" className="act" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? say("Hide the log") : say("Show the log")}
          </button>
        </div>
      </div>
      {isOpen && <WebhookLog id={w.id} />}
    </Panel>
  );
};

const List = ({ onEdit, onSecret }: { onEdit: (webhook: Webhook) => void; onSecret: (secret: string) => void }) => {
  const webhooks = useQuery(webhookQueries.all());
  if (webhooks.isPending) return <RowsSkeleton rows={4} />;
  if (webhooks.error) return <ErrorPanel error={webhooks.error} retry={() => void webhooks.refetch()} />;
  const { rows } = webhooks.data;
  if (rows.length === 0) {
    return (
      <section className="panel" aria-label={say("Webhooks")}>
        <Empty title={say("Nobody is told of anything yet")}>
          {say(
            "Name an address of yours: it gets a signed message when a critical finding opens, a decision ends or a feed stops.",
          )}
        </Empty>
      </section>
    );
  }
  return rows.map((w) => <WebhookPanel key={w.id} webhook={w} onEdit={() => onEdit(w)} onSecret={onSecret} />);
};

/** Addresses that are told what happens: how each fares, what it was told, and a test. */
export const WebhooksPage = () => {
  const [form, setForm] = useState<Webhook | "new" | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Page
      title={say("Webhooks")}
      lead={say("Signed messages of what happens, to programs of yours")}
      actions={
        <button type="button" className="button" onClick={() => setForm("new")}>
          {say("New webhook")}
        </button>
      }
    >
      {secret !== null && (
        <Notice>
          <span className="flex flex-wrap items-center gap-2">
            <span>{say("The secret, shown this once:")}</span>
            <Copy text={secret} max={60} label={say("the secret")} />
            <button type="button" className="act" onClick={() => setSecret(null)}>
              {say("I have it")}
            </button>
          </span>
        </Notice>
      )}
      {form !== null && (
        <WebhookForm
          key={form === "new" ? "new" : form.id}
          webhook={form === "new" ? null : form}
          onMade={setSecret}
          onClose={() => setForm(null)}
        />
      )}
      <List onEdit={setForm} onSecret={setSecret} />
    </Page>
  );
};
