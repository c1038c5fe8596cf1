import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { Answer } from "@zerotrace/sdk";
import { call, contract } from "../../api.ts";
import { count, decimal, plural } from "../../ui/format.ts";
import { Panel } from "../../ui/panel.tsx";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import type { Rule } from "./rules.tsx";
import { CRITICALITY_WORDS, EXPOSURE_WORDS } from "./words.ts";

/** How long the rules rest before they are asked for, in ms. */
const REST_MS = 300;

type Preview = Answer<typeof contract.risk.previewRiskRules>;

const becoming = (preview: Preview): string[] => [
  ...preview.criticality
    .filter((level) => level.becoming > 0)
    .map(({ value, becoming: n }) =>
      value === null
        ? say("{assets} no criticality any more", { assets: plural(n, "asset has", "assets have") })
        : say("{assets} {level}", {
            assets: plural(n, "asset becomes", "assets become"),
            level: CRITICALITY_WORDS[value],
          }),
    ),
  ...preview.exposure
    .filter((level) => level.becoming > 0)
    .map(({ value, becoming: n }) =>
      value === null
        ? say("{assets} no exposure any more", { assets: plural(n, "asset has", "assets have") })
        : say("{assets} {level}", {
            assets: plural(n, "asset becomes", "assets become"),
            level: EXPOSURE_WORDS[value],
          }),
    ),
];

const Numbers = ({ preview, rules }: { preview: Preview; rules: readonly Rule[] }) => {
  const moves = becoming(preview);
  return (
    <div className="grid gap-3">
      <p className="font-semibold">
        {moves.length === 0 ? say("Nothing changes: every asset is rated like this already.") : `${moves.join(", ")}.`}
      </p>
      <p className="text-sm">
        {say("The company's risk: {before} now, {after} then.", {
          before: decimal(preview.riskBefore),
          after: decimal(preview.riskAfter),
        })}{" "}
        {preview.handCount > 0 && (
          <span className="text-dim">
            {say("What is set by hand stays, on {assets}.", { assets: plural(preview.handCount, "asset") })}
          </span>
        )}
      </p>
      <ol className="grid gap-1 text-sm">
        {rules.map((rule, i) => {
          const counts = preview.rules[i];
          return (
            counts && (
              <li key={i} className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3">
                <span className="mono text-dim">{i + 1}</span>
                <span>
                  {rule.name}:{" "}
                  {say("matches {matched}, decides on {decides}", {
                    matched: plural(counts.matchedCount, "asset"),
                    decides: count(counts.decidesCount),
                  })}
                </span>
              </li>
            )
          );
        })}
      </ol>
    </div>
  );
};

/** What rules would do, in numbers, as they are written. */
export const RulesPreview = ({ rules }: { rules: readonly Rule[] }) => {
  const [rested, setRested] = useState(rules);
  useEffect(() => {
    const timer = setTimeout(() => setRested(rules), REST_MS);
    return () => clearTimeout(timer);
  }, [rules]);
  const preview = useQuery({
    queryKey: ["risk-rules", "preview", rested],
    queryFn: () => call(contract.risk.previewRiskRules, { body: { rules: [...rested] } }),
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  return (
    <Panel title={say("What these rules do")}>
      <div className="min-h-12" aria-live="polite">
        {preview.error ? (
          <ErrorPanel error={preview.error} />
        ) : preview.data ? (
          <Numbers preview={preview.data} rules={rested} />
        ) : (
          <Block className="h-5 w-64" />
        )}
      </div>
    </Panel>
  );
};
