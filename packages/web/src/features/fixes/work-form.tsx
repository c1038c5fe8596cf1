import { FIX_STATES, type FixState } from "@zerotrace/core/fix/work";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, type FixDetail, queries } from "../../api.ts";
import { useMay } from "../../ui/may.ts";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
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

const Fields = ({ draft, fix, change }: { draft: Draft; fix: FixDetail; change: (draft: Partial<Draft>) => void }) => {
  const listed = useQuery(queries.fixMembers()).data?.rows;
  const members = listed ?? [];
  return (
    <>
      <label className="grid gap-1 text-sm">
        <span className="text-dim">{say("state")}</span>
        <select className="field" value={draft.state} onChange={(e) => change({ state: e.target.value as FixState })}>
          {FIX_STATES.map((state) => (
            <option key={state} value={state}>
              {STATE_WORDS[state]}
            </option>
          ))}
        </select>
      </label>
      <label className="grid gap-1 text-sm">
        <span className="text-dim">{say("who does it")}</span>
        <select className="field" value={draft.assigneeId} onChange={(e) => change({ assigneeId: e.target.value })}>
          <option value="">{say("nobody yet")}</option>
          {members.map(({ id, name, email }) => (
            <option key={id} value={id}>
              {name === email ? name : say("{name} ({email})", { name, email })}
            </option>
          ))}
        </select>
      </label>
      {listed?.length === 0 && (
        <p className="text-sm text-warn">
          {say("Nobody has an account yet, so nobody can be named.")}{" "}
          <Link to="/people" className="link">
            {say("Invite yourself or a colleague")}
          </Link>
        </p>
      )}
      <label className="grid gap-1 text-sm">
        <span className="text-dim">
          {fix.slaDueAt === null
            ? say("until")
            : say("until (else by the company's times: {day})", { day: fix.slaDueAt.slice(0, 10) })}
        </span>
        <input className="field" type="date" value={draft.dueOn} onChange={(e) => change({ dueOn: e.target.value })} />
      </label>
      <label className="grid gap-1 text-sm">
        <span className="text-dim">{say("note")}</span>
        <textarea
          className="field h-auto min-h-14 py-1"
          rows={3}
          maxLength={4000}
          value={draft.note}
          onChange={(e) => change({ note: e.target.value })}
        />
      </label>
    </>
  );
};

/** Who does a fix, until when and how far it is; what inventories say of it is not asked. */
export const WorkForm = ({ fix }: { fix: FixDetail }) => {
  const may = useMay("findings:manage");
  const client = useQueryClient();
  const [draft, setDraft] = useState(draftOf(fix));
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
  return (
    <form
      className="grid max-w-xl gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <Fields draft={draft} fix={fix} change={(change) => setDraft({ ...draft, ...change })} />
      {save.error && <ErrorPanel error={save.error} />}
      <div className="flex items-center gap-3">
        <button type="submit" className="button button-primary" disabled={save.isPending}>
          {say("Save")}
        </button>
      </div>
    </form>
  );
};
