import { keepPreviousData, type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { WorkState } from "@zerotrace/core/work/work";
import { useState } from "react";
import { type BulkAction, call, contract } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Choice } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { count, plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { toast } from "../../ui/toast.tsx";
import { MentionField } from "./mention-field.tsx";
import { AssigneeField } from "./take-up.tsx";

/** What a bulk action is about: a query, or findings one by one. */
export type BulkTarget = { readonly query: string } | { readonly ids: readonly string[] };
type Action =
  | { readonly kind: "state"; readonly state: WorkState }
  | { readonly kind: "assign"; readonly assigneeId: string | null }
  | { readonly kind: "comment"; readonly text: string };

const undo = async (client: QueryClient, id: string): Promise<void> => {
  try {
    const { restoredCount, keptCount } = await call(contract.work.undoBulkAction, { params: { id } });
    const back = say("{restored} put back.", { restored: plural(restoredCount, "finding") });
    const kept = say("{kept} were changed since, and stay as they are.", { kept: plural(keptCount, "finding") });
    toast({ text: keptCount === 0 ? back : `${back} ${kept}` });
  } catch (error) {
    toast({ text: error instanceof Error ? error.message : say("It could not be undone.") });
  }
  await client.invalidateQueries();
};

const doneText = ({ kind, changedCount }: BulkAction): string => {
  const findings = plural(changedCount, "finding");
  if (kind === "comment") return say("Commented on {findings}.", { findings });
  return kind === "assign" ? say("Assigned {findings}.", { findings }) : say("Changed {findings}.", { findings });
};

const Numbers = ({ target, action }: { target: BulkTarget; action: Action }) => {
  const preview = useQuery({
    queryKey: ["bulk-preview", target, action],
    queryFn: () => call(contract.work.previewBulkAction, { body: { ...bodyOf(target), action } }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  if (preview.error) return <ErrorPanel error={preview.error} />;
  if (!preview.data) return <Block className="h-5 w-64" />;
  const { findingCount, changedCount, takenCount, isTooMany } = preview.data;
  if (isTooMany) {
    return (
      <p className="text-warn">
        {say("More than {most} findings fit: narrow the prompt first.", { most: count(findingCount - 1) })}
      </p>
    );
  }
  return (
    <>
      <p className="font-semibold">
        {say("Changes {changed} of {named}.", {
          changed: plural(changedCount, "finding"),
          named: plural(findingCount, "open finding"),
        })}
      </p>
      {takenCount > 0 && (
        <p className="text-sm text-warn">
          {say("Somebody has or works on {taken} of them.", { taken: plural(takenCount, "finding") })}
        </p>
      )}
    </>
  );
};

const bodyOf = (target: BulkTarget) => ("query" in target ? { query: target.query } : { ids: [...target.ids] });

const STATES: readonly (readonly [WorkState, string])[] = [
  ["acknowledged", say("Acknowledged")],
  ["in_work", say("In work")],
  ["open", say("Nobody yet")],
];

const KINDS = [
  ["state", say("set their state")],
  ["assign", say("assign them")],
  ["comment", say("comment on each")],
] as const;

const Question = ({ target, onClose }: { target: BulkTarget; onClose: (isDone: boolean) => void }) => {
  const client = useQueryClient();
  const [kind, setKind] = useState<"state" | "assign" | "comment">("state");
  const [state, setState] = useState<WorkState>("acknowledged");
  const [assigneeId, setAssignee] = useState<string | null>(null);
  const [text, setText] = useState("");
  const action: Action = kind === "state" ? { kind, state } : kind === "assign" ? { kind, assigneeId } : { kind, text };
  // what a comment says changes no numbers
  const asked: Action = kind === "comment" ? { kind, text: "…" } : action;
  const perform = useMutation({
    mutationFn: () => call(contract.work.createBulkAction, { body: { ...bodyOf(target), action } }),
    onSuccess: async (done) => {
      onClose(true);
      toast({ text: doneText(done), action: { label: say("Undo"), run: () => void undo(client, done.id) } });
      await client.invalidateQueries();
    },
  });
  return (
    <Dialog title={say("Change findings")} className="overflow-visible" onClose={() => onClose(false)}>
      {(close) => (
        <Form
          of={perform}
          onSend={() => perform.mutate()}
          verb={say("Change them")}
          isOff={kind === "comment" && text.trim() === ""}
          onCancel={close}
          cancel={say("Leave it")}
        >
          <Choice label={say("what")} value={kind} options={KINDS} onChange={setKind} />
          {kind === "state" && (
            <Choice name="state" label={say("state")} value={state} options={STATES} onChange={setState} />
          )}
          {kind === "assign" && (
            <AssigneeField
              value={assigneeId === null ? null : { id: assigneeId, name: "" }}
              onChoose={setAssignee}
              isBusy={perform.isPending}
            />
          )}
          {kind === "comment" && (
            <MentionField label={say("Comment: `code`, links, @name")} value={text} onChange={setText} />
          )}
          <div className="grid min-h-12 content-start gap-1" aria-live="polite">
            <Numbers target={target} action={asked} />
          </div>
        </Form>
      )}
    </Dialog>
  );
};

/** A button that changes many findings at once, says in numbers what that does before, and offers the way back. Absent for who may not. */
export const ChangeMany = ({ target, label, onDone }: { target: BulkTarget; label: string; onDone?: () => void }) => {
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
          target={target}
          onClose={(isDone) => {
            setAsking(false);
            if (isDone) onDone?.();
          }}
        />
      )}
    </>
  );
};
