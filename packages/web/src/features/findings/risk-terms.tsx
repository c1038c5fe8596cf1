import { decimal } from "../../ui/format.ts";
import { Link } from "@tanstack/react-router";
import type { Feeds, FindingDetail } from "../../api.ts";
import { wasRead } from "../../ui/known.ts";
import { Panel } from "../../ui/panel.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

type Term = FindingDetail["assessment"]["terms"][number];

const NAMES: Readonly<Record<string, string>> = {
  severity: say("Severity"),
  epss: "EPSS",
  kev: "KEV",
  exposure: say("Exposure"),
  criticality: say("Criticality"),
  fix: say("Fix"),
};
/** From the strongest to the faintest, so that neighbors are told apart without another color. */
const SHADES = ["opacity-100", "opacity-75", "opacity-90", "opacity-60", "opacity-80", "opacity-50"];

/** What a term says; a term of a source that was not read says that instead. */
const saysOf = (term: Term, feeds: Feeds | undefined): string =>
  (term.name === "kev" || term.name === "epss") && term.value === 0 && !wasRead(feeds, term.name)
    ? say("not known: that source was not read")
    : told(term.says);

/** All terms beside each other, on a scale from 0 to 100. */
const Bar = ({ terms }: { terms: readonly Term[] }) => (
  <div className="my-3 flex h-3 gap-px bg-raised" aria-hidden="true">
    {terms.map((t, i) => (
      <span
        key={t.name}
        className={`bg-text ${SHADES[i] ?? ""}`}
        style={{ width: `${t.value}%` }}
        title={`${NAMES[t.name] ?? t.name} ${decimal(t.value)}`}
      />
    ))}
  </div>
);

/** Where the risk is this high: the asset that adds the most, and what it would be without. */
const Where = ({ finding: { risk, assessment } }: { finding: FindingDetail }) => {
  const { worstAsset: worst } = assessment;
  const added = assessment.risk - risk;
  if (worst === null || added < 0.05) return null;
  return (
    <p className="text-sm text-dim">
      {say("on {name}; {risk} without what the asset adds", { name: worst.name, risk: decimal(risk) })}{" "}
      <Link to="/assets/$id" params={{ id: worst.id }} className="link">
        {say("Open the asset")}
      </Link>
    </p>
  );
};

/** The risk of a finding on its worst asset: in one sentence, as a bar, and term by term. */
export const RiskTerms = ({ finding, feeds }: { finding: FindingDetail; feeds: Feeds | undefined }) => {
  const { risk, terms, sentence } = finding.assessment;
  return (
    <Panel title={say("Risk, and what makes it")}>
      <p>
        <span className="mono text-xl font-semibold">{decimal(risk)}</span> <span className="mono text-dim">/ 100</span>
      </p>
      <Where finding={finding} />
      <Bar terms={terms} />
      <p className="mb-3">{told(sentence)}</p>
      <ul className="grid gap-1.5 border-t border-line pt-3">
        {terms.map((t) => (
          <li key={t.name} className="grid grid-cols-[88px_minmax(0,1fr)_48px] gap-x-3 text-sm">
            <span>{NAMES[t.name] ?? t.name}</span>
            <span className="text-dim">{saysOf(t, feeds)}</span>
            <span className={`mono text-right ${t.value === 0 ? "text-dim" : ""}`}>{decimal(t.value)}</span>
          </li>
        ))}
      </ul>
    </Panel>
  );
};
