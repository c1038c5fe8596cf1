import { FIX_STATES, type FixState } from "@zerotrace/core/fix/work";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Answer } from "@zerotrace/sdk";
import { call, contract, type FixDetail, queries } from "../../api.ts";
import { Choice, Field, TextField } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { useMay } from "../../ui/may.ts";
import { say } from "../../ui/texts.ts";
import { RowsSkeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { STATE_WORDS } from "./words.ts";

interface Draft {
  readonly state: FixState;
  readonly assigneeId: string;
  readonly dueOn: string;
  readonly note: string;
}

const draftOf = ({ work }: FixDetail): Draft => ({
  state: work?.state ?? "open",
  assigneeId: work?.assignee?.id ?? "",
  dueOn: work?.dueOn ?? "",
  note: work?.note ?? "",
});

type Member = Answer<typeof contract.fixes.listFixMembers>["rows"][number];

interface FieldsProps {
  readonly draft: Draft;
  readonly fix: FixDetail;
  /** Who may be named; null where that is not known. */
  readonly members: readonly Member[] | null;
  readonly change: (draft: Partial<Draft>) => void;
}

const Fields = ({ draft, fix, members, change }: FieldsProps) => (
  <>
    <Choice
      name="state"
      label={say("state")}
      value={draft.state}
      options={FIX_STATES.map((state) => [state, STATE_WORDS[state]])}
      onChange={(state) => change({ state })}
    />
    <Choice
      label={say("who does it")}
      name="assigneeId"
      value={draft.assigneeId}
      options={[
        ["", say("nobody yet")],
        ...(members ?? []).map(
          ({ id, name, email }) => [id, name === email ? name : say("{name} ({email})", { name, email })] as const,
        ),
      ]}
      onChange={(assigneeId) => change({ assigneeId })}
    />
    {members?.length === 0 && (
      <p className="text-sm text-warn">
        {say("Nobody has an account yet, so nobody can be named.")}{" "}
        <Link to="/people" className="link">
          {say("Invite yourself or a colleague")}
        </Link>
      </p>
    )}
    <Field
      name="dueOn"
      label={
        fix.slaDueAt === null
          ? say("until")
          : say("until (else by the company's times: {day})", { day: fix.slaDueAt.slice(0, 10) })
      }
      type="date"
      value={draft.dueOn}
      onChange={(text) => change({ dueOn: text })}
    />
    <TextField
      name="note"
      label={say("note")}
      rows={3}
      maxLength={4000}
      value={draft.note}
      onChange={(text) => change({ note: text })}
    />
  </>
);

/** Who does a fix, until when and how far it is; what inventories say of it is not asked. */
export const WorkForm = ({ fix }: { fix: FixDetail }) => {
  const may = useMay("findings:manage");
  const client = useQueryClient();
  const [draft, setDraft] = useState(draftOf(fix));
  const members = useQuery({ ...queries.fixMembers(), enabled: may });
  const save = useMutation({
    mutationFn: () =>
      call(contract.fixes.changeFix, {
        params: { id: fix.id },
        body: {
          // done again is a new claim: what did not change is not said
          ...(draft.state === draftOf(fix).state && fix.work?.verification !== "not_fixed"
            ? {}
            : { state: draft.state }),
          assigneeId: draft.assigneeId || null,
          dueOn: draft.dueOn || null,
          note: draft.note,
        },
      }),
    onSuccess: (saved) => {
      // the form begins anew with what was saved, so it cannot say it
      const what = [STATE_WORDS[saved.work?.state ?? "open"], saved.work?.assignee?.name, saved.work?.dueOn];
      toast({ text: say("Saved: {what}", { what: what.filter(Boolean).join(", ") }) });
      return client.invalidateQueries();
    },
  });
  if (!may) return <p className="text-sm text-dim">{say("Who may manage findings says who does it.")}</p>;
  if (members.isPending) return <RowsSkeleton rows={8} />;
  return (
    <Form className="max-w-xl" of={save} onSend={() => save.mutate()} verb={say("Save")}>
      <Fields
        draft={draft}
        fix={fix}
        members={members.data?.rows ?? null}
        change={(change) => setDraft({ ...draft, ...change })}
      />
    </Form>
  );
};
