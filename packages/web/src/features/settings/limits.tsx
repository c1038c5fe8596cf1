import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type Limit, queries } from "../../api.ts";
import { Form } from "../../ui/form.tsx";
import { bytes, count } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

/** So much of a unit, in words: bytes as people read them. */
const amountOf = (n: number, unit: string): string => (unit === "bytes" ? bytes(n) : `${count(n)} ${told(unit)}`);

/** What is used of a limit: a number, and a bar where there is a limit. */
const Used = ({ limit: { limit, used, unit } }: { limit: Limit }) => {
  if (used === null)
    return (
      <span className="text-dim">
        {limit === null ? say("no limit") : say("at most {limit}", { limit: amountOf(limit, unit) })}
      </span>
    );
  if (limit === null)
    return (
      <span className="mono">
        {amountOf(used, unit)}
        <span className="text-dim">, {say("no limit")}</span>
      </span>
    );
  const share = limit === 0 ? 1 : Math.min(1, used / limit);
  const names = { used: unit === "bytes" ? bytes(used) : count(used), limit: amountOf(limit, unit) };
  return (
    <span className="grid gap-1">
      <span className={`mono ${share >= 1 ? "text-bad" : share >= 0.8 ? "text-warn" : ""}`}>
        {names.used} <span className="text-dim">{say("of {limit}", names)}</span>
      </span>
      <progress className="bar" max={1} value={share} aria-label={say("{used} of {limit}", names)} />
    </span>
  );
};

/** What the platform allows the company, and how much of it is used. */
export const Limits = () => {
  const limits = useQuery(queries.limits());
  return (
    <Panel title={say("Limits")} aside={say("set by who runs the platform")}>
      {limits.isPending && <RowsSkeleton rows={4} />}
      {limits.error && <ErrorPanel error={limits.error} retry={() => void limits.refetch()} />}
      <dl className="grid gap-3">
        {limits.data?.rows.map((one) => (
          <div key={one.name} className="grid gap-x-4 sm:grid-cols-[minmax(0,1fr)_260px]">
            <dt className="text-sm">
              {told(one.says)} <code className="text-xs text-dim">{one.name}</code>
            </dt>
            <dd>
              <Used limit={one} />
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
};

/** Sets what a company may use; an empty field is no limit. */
export const CompanyLimits = ({ companyId }: { companyId: number }) => {
  const client = useQueryClient();
  const limits = useQuery(queries.companyLimits(companyId));
  const [draft, setDraft] = useState<Readonly<Record<string, string>>>({});
  const save = useMutation({
    mutationFn: () => {
      const changed = Object.entries(draft).map(([name, text]) => [name, text.trim() === "" ? null : Number(text)]);
      return call(contract.limits.setCompanyLimits, {
        params: { id: companyId },
        body: { limits: Object.fromEntries(changed) },
      });
    },
    onSuccess: async () => {
      setDraft({});
      await client.invalidateQueries({ queryKey: ["limits"] });
    },
  });
  if (limits.error) return <ErrorPanel error={limits.error} retry={() => void limits.refetch()} />;
  if (!limits.data) return <RowsSkeleton rows={4} />;
  return (
    <Form
      of={save}
      onSend={() => save.mutate()}
      verb={say("Set the limits")}
      tone="plain"
      isOff={Object.keys(draft).length === 0}
    >
      <p className="text-sm text-dim">{say("Limits; an empty field is no limit")}</p>
      {limits.data.rows.map((one) => (
        <label key={one.name} className="grid items-center gap-x-4 text-sm sm:grid-cols-[minmax(0,1fr)_200px_160px]">
          <span>{told(one.says)}</span>
          <input
            className="field"
            type="number"
            min={0}
            step={1}
            value={draft[one.name] ?? one.limit ?? ""}
            onChange={(e) => setDraft({ ...draft, [one.name]: e.target.value })}
          />
          <span className="text-xs text-dim">
            {one.used === null ? "" : say("{used} now", { used: amountOf(one.used, one.unit) })}
          </span>
        </label>
      ))}
    </Form>
  );
};
