import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Check, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";
import type { Webhook } from "./queries.ts";

type Kind = Webhook["kinds"][number];

/** What can be told, by what it is about. */
const GROUPS: readonly (readonly [string, readonly (readonly [Kind, string])[]])[] = [
  [
    say("Findings"),
    [
      ["finding.opened", say("opened")],
      ["finding.closed", say("closed")],
      ["finding.reopened", say("reopened")],
    ],
  ],
  [
    say("Decisions"),
    [
      ["decision.made", say("made")],
      ["decision.proposed", say("proposed")],
      ["decision.requested", say("approval asked for")],
      ["decision.ended", say("ended")],
    ],
  ],
  [
    say("Fixes"),
    [
      ["fix.assigned", say("assigned")],
      ["fix.overdue", say("overdue")],
    ],
  ],
  [
    say("Assets"),
    [
      ["asset.new", say("new")],
      ["asset.gone", say("gone")],
    ],
  ],
  [
    say("Feeds"),
    [
      ["feed.stale", say("stale")],
      ["feed.fresh", say("fresh again")],
    ],
  ],
];

const Kinds = ({ kinds, onChange }: { kinds: readonly Kind[]; onChange: (kinds: Kind[]) => void }) => (
  <fieldset className="grid gap-2">
    <legend className="mb-1 text-sm text-dim">{say("tell of")}</legend>
    {GROUPS.map(([group, members]) => (
      <div key={group} className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
        <span className="w-20 text-dim">{group}</span>
        {members.map(([kind, name]) => (
          <Check
            key={kind}
            checked={kinds.includes(kind)}
            onChange={(isOn) => onChange(isOn ? [...kinds, kind] : kinds.filter((one) => one !== kind))}
          >
            {name}
          </Check>
        ))}
      </div>
    ))}
  </fieldset>
);

/** Makes a webhook, or changes one. `onMade` gets the secret, which is shown once. */
export const WebhookForm = ({
  webhook,
  onMade,
  onClose,
}: {
  webhook: Webhook | null;
  onMade: (secret: string) => void;
  onClose: () => void;
}) => {
  const client = useQueryClient();
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [query, setQuery] = useState(webhook?.query ?? "");
  const [kinds, setKinds] = useState<readonly Kind[]>(webhook?.kinds ?? ["finding.opened"]);
  const save = useMutation({
    mutationFn: async () => {
      const body = { name, url, query, kinds: [...kinds] };
      if (webhook === null) return (await call(contract.webhooks.createWebhook, { body })).secret;
      await call(contract.webhooks.changeWebhook, {
        params: { id: webhook.id },
        body: { ...body, isOn: webhook.isOn },
      });
      return null;
    },
    onSuccess: async (secret) => {
      await client.invalidateQueries({ queryKey: ["webhooks"] });
      if (secret !== null) onMade(secret);
      onClose();
    },
  });
  return (
    <Panel title={webhook === null ? say("A new webhook") : say("Change {name}", { name: webhook.name })}>
      <Form
        of={save}
        onSend={() => save.mutate()}
        verb={webhook === null ? say("Make the webhook") : say("Save")}
        isOff={kinds.length === 0}
        onCancel={onClose}
      >
        <div className="flex flex-wrap gap-3">
          <Field
            name="name"
            label={say("name")}
            className="w-48"
            required
            maxLength={100}
            value={name}
            onChange={setName}
          />
          <Field
            name="url"
            label={say("address, https://…")}
            frame="min-w-60 grow"
            className="mono w-full"
            required
            value={url}
            onChange={setUrl}
          />
        </div>
        <Kinds kinds={kinds} onChange={setKinds} />
        <Field
          label={say("only findings of this query, such as severity>=high fix:yes; empty for all")}
          className="mono w-full"
          value={query}
          onChange={setQuery}
        />
      </Form>
    </Panel>
  );
};
