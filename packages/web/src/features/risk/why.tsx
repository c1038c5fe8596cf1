import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, type Component, contract } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { decimal, plural } from "../../ui/format.ts";
import { Copy } from "../../ui/marks.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const STEPS_SHOWN = 30;
const RISKS_SHOWN = 3;

const Answer = ({ purl }: { purl: string }) => {
  const why = useQuery({
    queryKey: ["explain", purl],
    queryFn: () => call(contract.explain.explain, { query: { purl } }),
  });
  if (why.error) return <ErrorPanel error={why.error} retry={() => void why.refetch()} />;
  if (!why.data) return <Block className="h-24" />;
  const { answer, decidedBy, steps, stepCount, risks } = why.data;
  return (
    <>
      <p className="font-semibold">{told(answer)}</p>
      <p className="text-dim">{told(decidedBy)}</p>
      {risks.slice(0, RISKS_SHOWN).map((r) => (
        <p key={r.advisory} className="border-l-2 border-l-line pl-3">
          <span className="mono">{r.advisory}</span> <span className="mono font-semibold">{decimal(r.risk)}</span>{" "}
          {told(r.sentence)}
        </p>
      ))}
      <ol className="divide-y divide-line border-y border-line text-sm">
        {steps.slice(0, STEPS_SHOWN).map((step, i) => (
          <li key={i} className="flex flex-wrap gap-x-3 gap-y-1 py-1.5">
            {step.record && <Copy text={step.record} />}
            <span className={step.outcome === "unknown" ? "text-warn" : step.outcome === "affected" ? "" : "text-dim"}>
              {told(step.says)}
            </span>
          </li>
        ))}
      </ol>
      {stepCount > STEPS_SHOWN && (
        <p className="text-sm text-dim">
          {say("and {steps}; zerotrace explain shows all", { steps: plural(stepCount - STEPS_SHOWN, "more step") })}
        </p>
      )}
    </>
  );
};

/** Why a component is affected, is not or cannot be judged: a word that opens the answer, for each of them alike. */
export const Why = ({ component }: { component: Component }) => {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="act"
        aria-label={say("Why: {name} {version}", { name: component.name, version: component.version })}
        onClick={() => setOpen(true)}
      >
        {say("Why?")}
      </button>
      {isOpen && (
        <Dialog title={`${component.name} ${component.version}`} width="46rem" onClose={() => setOpen(false)}>
          {(close) => (
            <>
              <Answer purl={component.purl} />
              <button type="button" className="button justify-self-start" onClick={close}>
                {say("Close")}
              </button>
            </>
          )}
        </Dialog>
      )}
    </>
  );
};
