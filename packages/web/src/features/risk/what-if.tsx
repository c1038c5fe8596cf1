import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { call, contract } from "../../api.ts";
import { decimal, plural, share } from "../../ui/format.ts";
import { ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";

/** Fixes that one question takes (count). */
const KEYS_MAX = 50;

/** The chosen keys with this one, or without it; those that were chosen first give way to more than a question takes. */
export const toggled = (chosen: readonly string[], key: string): readonly string[] =>
  chosen.includes(key) ? chosen.filter((one) => one !== key) : [...chosen, key].slice(-KEYS_MAX);

const SEVERITIES = ["critical", "high", "medium", "low"] as const;
const SEVERITY_NAMES = { critical: say("critical"), high: say("high"), medium: say("medium"), low: say("low") };

const Move = ({ name, from, to }: { name: string; from: number | string; to: number | string }) => (
  <span className="whitespace-nowrap">
    <span className="text-dim">{name}</span>{" "}
    <span className="mono">
      {from} <span aria-label={say("to")}>→</span> <span className={from === to ? "" : "font-semibold"}>{to}</span>
    </span>
  </span>
);

/**
 * How the company would stand if the chosen fixes were done: a bar at the foot of the page, absent while nothing is chosen. `keys` as
 * the list of fixes has them, at most 50.
 */
export const WhatIf = ({ keys, onClear }: { keys: readonly string[]; onClear: () => void }) => {
  const asked = [...keys].sort();
  const answer = useQuery({
    queryKey: ["fixes", "what-if", asked],
    queryFn: () => call(contract.risk.whatIf, { body: { keys: asked } }),
    enabled: asked.length > 0,
    placeholderData: keepPreviousData,
  });
  if (asked.length === 0) return null;
  const { before, after, riskShare, closedCount, touchedCount } = answer.data ?? {};
  return (
    <section
      aria-label={say("What if these fixes were done")}
      aria-live="polite"
      className="panel sticky bottom-8 z-20 flex min-h-12 flex-wrap items-center gap-x-5 gap-y-1 border-t-2 border-t-accent bg-raised px-4 py-2 text-sm"
    >
      <span className="font-semibold">
        {say("If {fixes} done", { fixes: plural(asked.length, "fix is", "fixes are") })}
      </span>
      {answer.error && <ErrorPanel error={answer.error} />}
      {before && after ? (
        <>
          <span
            className="whitespace-nowrap"
            title={say("Of each open finding its risk times the assets that have it.")}
          >
            <span className="mono text-lg font-semibold text-accent">{share(riskShare ?? 0)}</span>{" "}
            <span className="text-xs text-dim">{say("of the risk goes")}</span>
          </span>
          <Move name={say("risk now, the highest of any asset")} from={decimal(before.risk)} to={decimal(after.risk)} />
          {SEVERITIES.filter((s) => before.findings[s] > 0).map((s) => (
            <Move key={s} name={SEVERITY_NAMES[s]} from={before.findings[s]} to={after.findings[s]} />
          ))}
          <Move name={say("assets with findings")} from={before.assetCount} to={after.assetCount} />
          <span className="text-dim">
            {say("closes {findings} on {assets}", {
              findings: plural(closedCount ?? 0, "finding"),
              assets: plural(touchedCount ?? 0, "asset"),
            })}
          </span>
          {before.risk === after.risk && (closedCount ?? 0) > 0 && (
            <span className="text-sm text-dim">
              {say("The highest stays: another finding is as high. It falls when the last of these is gone.")}
            </span>
          )}
        </>
      ) : (
        !answer.error && <span className="text-dim">{say("Counting…")}</span>
      )}
      <button type="button" className="act ml-auto" onClick={onClear}>
        {say("Clear the selection")}
      </button>
    </section>
  );
};
