import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, queries, type Registry } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { count, plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { RegistryForm } from "./registry-form.tsx";
import { toldFault } from "../../ui/refusal.ts";
import { say } from "../../ui/texts.ts";

type State = "waiting" | "scanning" | "scanned" | "failed" | "gone" | "unwatched";

const Number = ({ registry, state, name }: { registry: Registry; state?: State; name: string }) => {
  const value = registry.tags[state ?? "found"];
  return (
    <div className="min-w-20">
      <dt className="text-xs text-dim">{name}</dt>
      <dd className="mono text-lg">
        <Link
          to="/registries/$id"
          params={{ id: registry.id }}
          search={state === undefined ? {} : { state }}
          className={`link ${state === "failed" && value > 0 ? "text-bad" : ""}`}
        >
          {count(value)}
        </Link>
      </dd>
    </div>
  );
};

const Look = ({ registry: r }: { registry: Registry }) => {
  if (r.looking) return <p className="text-dim">{say("Looking now…")}</p>;
  if (r.lastError !== null) {
    return (
      <p className="text-bad wrap-anywhere">
        {say("The look")} <Time at={r.lastLookedAt} />{" "}
        {say("failed: {lastError}", { lastError: toldFault(r.lastError) })}
      </p>
    );
  }
  return (
    <p className="text-dim">
      {say("Looked")} <Time at={r.lastLookedAt} />
      {say(": {repositoryCount}, {requestCount}. Every {intervalMinutes}.", {
        repositoryCount: plural(r.repositoryCount, "repository", "repositories"),
        requestCount: plural(r.requestCount, "request"),
        intervalMinutes: plural(r.intervalMinutes, "minute"),
      })}
    </p>
  );
};

const Actions = ({ registry, onEdit }: { registry: Registry; onEdit: () => void }) => {
  const client = useQueryClient();
  const input = { params: { id: registry.id } };
  const onSuccess = () => client.invalidateQueries({ queryKey: ["registries"] });
  const look = useMutation({ mutationFn: () => call(contract.registries.lookAtRegistry, input), onSuccess });
  const remove = useMutation({ mutationFn: () => call(contract.registries.deleteRegistry, input), onSuccess });
  const error = look.error ?? remove.error;
  return (
    <span className="inline-flex flex-wrap items-center gap-4">
      {error && (
        <span role="alert" className="text-bad">
          {error.message}
        </span>
      )}
      <button type="button" className="act" disabled={registry.looking} onClick={() => look.mutate()}>
        {say("Look now")}
      </button>
      <button type="button" className="act" onClick={onEdit}>
        {say("Change")}
      </button>
      <Confirm
        verb={say("Remove")}
        question={say("Watch {name} no more? Its {scanned} stay.", {
          name: registry.name,
          scanned: plural(registry.tags.scanned, "asset"),
        })}
        onConfirm={() => remove.mutate()}
      />
    </span>
  );
};

const RegistryPanel = ({ registry: r, may, onEdit }: { registry: Registry; may: boolean; onEdit: () => void }) => (
  <Panel title={r.name} aside={may ? <Actions registry={r} onEdit={onEdit} /> : undefined}>
    <div className="grid gap-3">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="mono">{r.host}</span>
        {r.rules.repositories.map((pattern) => (
          <span key={pattern} className="chip mono">
            {pattern}
          </span>
        ))}
        <span className="text-dim">
          {r.hasPassword ? say("signs in as {user}", { user: r.user }) : say("asked without signing in")}
        </span>
      </p>
      <Look registry={r} />
      {r.problems.length > 0 && (
        <ul className="grid gap-1 text-sm text-warn">
          {r.problems.map((problem) => (
            <li key={problem} className="wrap-anywhere">
              {problem}
            </li>
          ))}
        </ul>
      )}
      <dl className="grid grid-cols-3 gap-x-6 gap-y-2 sm:flex sm:flex-wrap">
        <Number registry={r} name={say("Tags found")} />
        <Number registry={r} state="scanned" name={say("Scanned")} />
        <Number registry={r} state="waiting" name={say("Waiting")} />
        <Number registry={r} state="scanning" name={say("Being scanned")} />
        <Number registry={r} state="failed" name={say("Failed")} />
        <Number registry={r} state="gone" name={say("Gone")} />
        <Number registry={r} state="unwatched" name={say("Not chosen")} />
      </dl>
    </div>
  </Panel>
);

const List = ({ may, onEdit }: { may: boolean; onEdit: (registry: Registry) => void }) => {
  const registries = useQuery(queries.registries());
  if (registries.isPending) return <RowsSkeleton rows={4} />;
  if (registries.error) return <ErrorPanel error={registries.error} retry={() => void registries.refetch()} />;
  const { rows } = registries.data;
  if (rows.length === 0) {
    return (
      <section className="panel" aria-label={say("Registries")}>
        <Empty title={say("No registry is watched yet")}>
          {say(
            "Name a registry and which of its repositories: their newest tags become assets, and so does each new one.",
          )}
        </Empty>
      </section>
    );
  }
  return rows.map((r) => <RegistryPanel key={r.id} registry={r} may={may} onEdit={() => onEdit(r)} />);
};

/** Registries that are watched: how the last look went, and how many of their tags are scanned. */
export const RegistriesPage = () => {
  const may = useMay("registries:manage");
  const [form, setForm] = useState<Registry | "new" | null>(null);
  const close = () => setForm(null);
  return (
    <Page
      title={say("Registries")}
      lead={say(
        "What is new in them is scanned by itself; what was scanned is judged again when advisories change, and never pulled twice.",
      )}
      actions={
        may &&
        form === null && (
          <button type="button" className="button button-primary" onClick={() => setForm("new")}>
            {say("Watch a registry")}
          </button>
        )
      }
    >
      {form !== null && (
        <RegistryForm key={form === "new" ? "new" : form.id} registry={form === "new" ? null : form} onDone={close} />
      )}
      <List may={may} onEdit={setForm} />
    </Page>
  );
};
