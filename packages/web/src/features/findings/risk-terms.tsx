import type { Feeds, FindingDetail } from "../../api.ts";
import { wasRead } from "../../ui/known.ts";
import { Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";

/** What a term says; a term of a source that was not read says that instead. */
const saysOf = (term: FindingDetail["terms"][number], feeds: Feeds | undefined): string =>
  (term.name === "kev" || term.name === "epss") && term.value === 0 && !wasRead(feeds, term.name)
    ? say("not known: that source was not read")
    : term.says;

/** The risk of a finding as its terms: each in words, with its number and a bar from zero. */
export const RiskTerms = ({ finding, feeds }: { finding: FindingDetail; feeds: Feeds | undefined }) => {
  const most = Math.max(1, ...finding.terms.map((t) => Math.abs(t.value)));
  return (
    <Panel title={say("Risk, and what makes it")}>
      <p className="mb-3">
        <span className="mono text-xl font-semibold">{finding.risk.toFixed(1)}</span>{" "}
        <span className="mono text-dim">/ 100</span>
      </p>
      <ul className="grid gap-2.5">
        {finding.terms.map((t) => (
          <li key={t.name} className="grid grid-cols-[minmax(0,1fr)_56px] gap-x-3 gap-y-1">
            <span className="text-sm">
              <span className="mono">{t.name}</span> <span className="text-dim">{saysOf(t, feeds)}</span>
            </span>
            <span className="mono text-right">{Number(t.value.toFixed(2))}</span>
            <span className="h-1.5 bg-raised" aria-hidden="true">
              <span className="block h-1.5 bg-text" style={{ width: `${(Math.abs(t.value) / most) * 100}%` }} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
