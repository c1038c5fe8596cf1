import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { WorkState } from "@zerotrace/core/work/work";
import { call, contract, type FindingDetail, queries } from "../../api.ts";
import { useMay } from "../../ui/may.ts";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { STATE_WORDS } from "./words.ts";

const STEPS: readonly (readonly [WorkState, string])[] = [
  ["open", say("Nobody yet")],
  ["acknowledged", say("Acknowledged")],
  ["in_work", say("In work")],
];

/** People of the company to choose one from, or nobody. */
export const AssigneeField = ({
  value,
  onChoose,
  isBusy,
}: {
  value: { id: string; name: string } | null;
  onChoose: (id: string | null) => void;
  isBusy: boolean;
}) => {
  const people = useQuery(queries.colleagues(""));
  const rows = people.data?.rows ?? [];
  const isKnown = value === null || rows.some(({ id }) => id === value.id);
  return (
    <span className="flex flex-wrap items-center gap-2 text-sm">
      <label className="flex flex-wrap items-center gap-2">
        <span className="text-dim">{say("assigned to")}</span>
        <select
          className="field max-w-64"
          value={value?.id ?? ""}
          disabled={isBusy}
          onChange={(e) => onChoose(e.target.value === "" ? null : e.target.value)}
        >
          <option value="">{say("nobody")}</option>
          {!isKnown && <option value={value.id}>{value.name}</option>}
          {rows.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {people.data?.rows.length === 0 && (
        <Link to="/people" className="link">
          {say("Nobody has an account yet: invite somebody")}
        </Link>
      )}
    </span>
  );
};

/** Who has taken a finding up, and how far it is; to be changed by who may. */
export const TakeUp = ({ finding: f }: { finding: FindingDetail }) => {
  const client = useQueryClient();
  const may = useMay("findings:manage");
  const set = useMutation({
    mutationFn: (body: { state?: WorkState; assigneeId?: string | null }) =>
      call(contract.work.setFindingWork, { params: { id: f.id }, body }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["finding", f.id] }),
        client.invalidateQueries({ queryKey: ["findings"] }),
      ]),
  });
  if (f.status === "fixed") return null;
  const now: WorkState = f.state === "acknowledged" || f.state === "in_work" ? f.state : "open";
  return (
    <Panel title={say("Work")} aside={STATE_WORDS[f.state]}>
      {may ? (
        <div className="grid justify-items-start gap-3">
          {f.status === "open" && (
            <fieldset
              className="inline-flex flex-wrap gap-y-1"
              aria-label={say("How far it is")}
              disabled={set.isPending}
            >
              {STEPS.map(([state, name]) => (
                <button
                  key={state}
                  type="button"
                  className="button -ml-px first:ml-0 aria-pressed:border-accent aria-pressed:text-accent"
                  aria-pressed={now === state}
                  onClick={() => set.mutate({ state })}
                >
                  {name}
                </button>
              ))}
            </fieldset>
          )}
          <AssigneeField
            value={f.assignee}
            isBusy={set.isPending}
            onChoose={(assigneeId) => set.mutate({ assigneeId })}
          />
        </div>
      ) : (
        <p>{f.assignee ? say("Assigned to {name}.", { name: f.assignee.name }) : say("Nobody has taken it up.")}</p>
      )}
      {set.error && <ErrorPanel error={set.error} />}
    </Panel>
  );
};
