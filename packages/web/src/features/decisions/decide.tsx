import { DECISION_DAYS_MAX, DECISION_KINDS } from "@zerotrace/core/decision/decision";
import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { call, contract, type Decision, type DecisionPreview } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Choice, Field, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { useMay } from "../../ui/may.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { KIND_SAYS, KIND_WORDS, previewText } from "./words.ts";
import { say } from "../../ui/texts.ts";

const DAY_MS = 86_400_000;
/** Days that are offered first. */
const DAYS = 90;
/** How long the scope rests before it is asked for, in ms. */
const REST_MS = 300;

const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
/** A decision stands until the end of its day. */
const endOf = (day: string): string => `${day}T23:59:59.000Z`;

const useRested = (text: string): string => {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), REST_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return rested;
};

const Preview = ({ scope, until }: { scope: string; until: string }) => {
  const asked = useRested(scope.trim());
  const preview = useQuery({
    queryKey: ["decisions", "preview", asked],
    queryFn: () => call(contract.decisions.previewDecision, { body: { scope: asked } }),
    enabled: asked !== "",
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (asked === "")
    return <p className="text-dim">{say("Write what it is about, such as advisory:CVE-2026-1 label:lab.")}</p>;
  if (preview.error) return <ErrorPanel error={preview.error} />;
  if (!preview.data) return <Block className="h-5 w-64" />;
  return <Numbers preview={preview.data} until={until} />;
};

const Numbers = ({ preview, until }: { preview: DecisionPreview; until: string }) => (
  <>
    <p className="font-semibold">{previewText(preview, until)}</p>
    {preview.examples.length > 0 && (
      <p className="text-sm text-dim">
        {say("The worst:")}{" "}
        {preview.examples
          .map((one) =>
            say("{advisory} in {package}", { advisory: one.advisory, package: `${one.package} ${one.version}` }),
          )
          .join(", ")}
      </p>
    )}
    {preview.needsApproval && (
      <p className="text-sm text-warn">{say("A second person must approve it before it counts.")}</p>
    )}
  </>
);

interface Draft {
  readonly kind: Decision["kind"];
  readonly scope: string;
  readonly reason: string;
  readonly owner: string;
  readonly day: string;
}

const Fields = ({ draft, change }: { draft: Draft; change: (change: Partial<Draft>) => void }) => (
  <>
    <TextField
      name="scope"
      label={say("about (in the language of the prompt; with host, label, kind or asset only there)")}
      className="mono"
      rows={2}
      required
      maxLength={QUERY_CHARS_MAX}
      value={draft.scope}
      onChange={(text) => change({ scope: text })}
    />
    <Choice
      label={say("decision")}
      hint={KIND_SAYS[draft.kind]}
      value={draft.kind}
      options={DECISION_KINDS.map((kind) => [kind, KIND_WORDS[kind]])}
      onChange={(kind) => change({ kind })}
    />
    <TextField
      name="reason"
      label={say("reason, for who reads it in a year")}
      rows={2}
      required
      minLength={3}
      maxLength={2000}
      value={draft.reason}
      onChange={(text) => change({ reason: text })}
    />
    <div className="grid gap-3 wide:grid-cols-2">
      <Field
        name="expiresAt"
        label={say("until")}
        type="date"
        required
        min={dayIn(0)}
        max={dayIn(DECISION_DAYS_MAX - 1)}
        value={draft.day}
        onChange={(text) => change({ day: text })}
      />
      <Field
        name="owner"
        label={say("owner (you, unless said)")}
        maxLength={200}
        value={draft.owner}
        onChange={(text) => change({ owner: text })}
      />
    </div>
  </>
);

const Question = ({ scope, onClose }: { scope: string; onClose: (made: Decision | null) => void }) => {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>({ kind: "accept_risk", scope, reason: "", owner: "", day: dayIn(DAYS) });
  const { kind, reason, owner, day } = draft;
  const decide = useMutation({
    mutationFn: () => {
      const body = { kind, scope: draft.scope, reason, expiresAt: endOf(day), ...(owner.trim() ? { owner } : {}) };
      return call(contract.decisions.createDecision, { body });
    },
    onSuccess: async (made) => {
      onClose(made);
      await client.invalidateQueries();
    },
  });
  return (
    <Dialog title={say("Decide")} width="40rem" onClose={() => onClose(null)}>
      {(close) => (
        <Form
          of={decide}
          onSend={() => decide.mutate()}
          verb={KIND_WORDS[kind]}
          onCancel={close}
          cancel={say("Leave it")}
        >
          <Fields draft={draft} change={(change) => setDraft((now) => ({ ...now, ...change }))} />
          <div className="grid min-h-12 content-start gap-1" aria-live="polite">
            {day !== "" && <Preview scope={draft.scope} until={endOf(day)} />}
          </div>
        </Form>
      )}
    </Dialog>
  );
};

/** A button that asks what is decided of a scope, and says in numbers what that hides before it is. Absent for who may not. */
export const Decide = ({
  scope,
  label = say("Decide"),
  onMade,
}: {
  scope: string;
  label?: string;
  onMade?: () => void;
}) => {
  const may = useMay("findings:manage");
  const [isAsking, setAsking] = useState(false);
  if (!may) return null;
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {label}
      </button>
      {isAsking && (
        <Question
          scope={scope}
          onClose={(made) => {
            setAsking(false);
            if (made) onMade?.();
          }}
        />
      )}
    </>
  );
};
