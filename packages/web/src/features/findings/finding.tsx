import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { fixIdOf } from "@zerotrace/core/fix/id";
import { type Feeds, type FindingAsset, type FindingDetail, queries } from "../../api.ts";
import { enrichmentRows } from "../../ui/enrichment.tsx";
import { decimal, exact, plural } from "../../ui/format.ts";
import { wasRead } from "../../ui/known.ts";
import { Copy, Epss, Kev, Time } from "../../ui/marks.tsx";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { SeverityMark } from "../../ui/severity.tsx";
import { Empty, ErrorPanel, PageSkeleton } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { EpssCourse } from "../advisories/epss-course.tsx";
import { References } from "../advisories/references.tsx";
import { Decide } from "../decisions/decide.tsx";
import { Decided } from "../decisions/decided.tsx";
import { scopeOfFindings } from "../decisions/words.ts";
import { SsvcPanel } from "../risk/ssvc.tsx";
import { ExposureGraph } from "./exposure-graph.tsx";
import { RiskTerms } from "./risk-terms.tsx";
import { TakeUp } from "../work/take-up.tsx";
import { Timeline } from "../work/timeline.tsx";
import { STATE_WORDS } from "../work/words.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const OUTCOMES: Readonly<Record<string, string>> = {
  affected: say("affected"),
  below: say("older than the range"),
  fixed: "fixed already",
  above_last: say("newer than the last affected"),
  not_listed: say("not in the list of versions"),
  withdrawn: say("withdrawn"),
  other_edition: say("another edition's record speaks"),
  unparsable: say("version cannot be read"),
};

const VEX_STATUSES: Readonly<Record<NonNullable<FindingDetail["vex"]>["status"], string>> = {
  not_affected: say("not affected"),
  affected: say("affected"),
  fixed: say("fixed"),
  under_investigation: say("under investigation"),
};

/** What the supplier says of this weakness here, and where it says so. */
const Vex = ({ vex }: { vex: NonNullable<FindingDetail["vex"]> }) => (
  <Panel
    title={say("VEX statement")}
    aside={
      <Link to="/vex/$id" params={{ id: vex.documentId }} className="link">
        {vex.document}
      </Link>
    }
  >
    <Facts
      rows={[
        [say("Says"), VEX_STATUSES[vex.status]],
        [say("Justification"), vex.justification || say("none given")],
        ...(vex.note === "" ? [] : [[say("Note"), vex.note] as const]),
        [say("Author"), vex.author || say("not named")],
        [say("Said"), vex.at ? <Time key="t" at={vex.at} /> : say("without a date")],
        [say("Of"), <Copy key="v" text={vex.vulnerability} />],
      ]}
    />
  </Panel>
);

const STEPS_SHOWN = 12;

/** What was looked at, in the order in which it counts. */
const Chain = ({ explanation }: { explanation: NonNullable<FindingDetail["explanation"]> }) => {
  const { steps, stepCount } = explanation;
  return (
    <Panel title={say("How it was decided")} aside={plural(stepCount, "step")} flush>
      <ol className="divide-y divide-line">
        {steps.slice(0, STEPS_SHOWN).map((s, i) => (
          <li key={i} className="flex flex-wrap gap-x-3 gap-y-1 px-4 py-2">
            {s.record && <Copy text={s.record} />}
            <span
              className={
                s.outcome === "affected" ? "font-semibold" : s.outcome === "unknown" ? "text-warn" : "text-dim"
              }
            >
              {told(s.says)}
            </span>
          </li>
        ))}
      </ol>
      {stepCount > STEPS_SHOWN && (
        <p className="border-t border-line px-4 py-2 text-sm text-dim">
          {say("and {moreStep}; npx zerotrace explain shows all", {
            moreStep: plural(stepCount - STEPS_SHOWN, "more step"),
          })}
        </p>
      )}
    </Panel>
  );
};

const Ranges = ({ finding }: { finding: FindingDetail }) => (
  <Panel title={say("Ranges that were judged")} aside={plural(finding.ranges.length, "range")} flush>
    <table className="grid-table wraps">
      <thead>
        <tr>
          {[say("Record"), say("From"), say("Fixed in"), say("Last affected"), say("Outcome"), say("Urgency")].map(
            (h) => (
              <th key={h} scope="col">
                {h}
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>
        {finding.ranges.map((r, i) => (
          <tr key={`${r.recordId} ${i}`}>
            <td className="full">
              <Copy text={r.recordId} />
              <span className="block text-xs text-dim">
                {r.feed}
                {r.origin && ` · ${r.origin}`}
              </span>
            </td>
            <td className="mono" data-label={say("from")}>
              {r.introduced === "0" || r.introduced === "" ? say("the first") : r.introduced}
            </td>
            <td data-label={say("fixed in")}>
              {r.fixedIn ? <Copy text={r.fixedIn} /> : <span className="text-dim">{say("none")}</span>}
            </td>
            <td className="mono" data-label={say("last affected")}>
              {r.lastAffected ?? <span className="text-dim">{say("none")}</span>}
            </td>
            <td className={r.outcome === "affected" ? "font-semibold" : "text-dim"}>
              {OUTCOMES[r.outcome] ?? r.outcome}
            </td>
            <td className="text-dim" data-label={say("urgency")}>
              {r.urgency || say("none given")}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </Panel>
);

const ASSET_COLUMNS: readonly Column<FindingAsset>[] = [
  {
    head: "Asset",
    className: "full",
    cell: (a) => (
      <Link to="/assets/$id" params={{ id: a.id }} className="mono link">
        {a.name}
      </Link>
    ),
  },
  { head: "System", cell: (a) => a.os },
  { head: "Last seen", width: "120px", cell: (a) => <Time at={a.lastSeenAt} /> },
];

const Affected = ({ finding }: { finding: FindingDetail }) => {
  const navigate = useNavigate();
  const pages = useInfiniteQuery(queries.findingAssets(finding.id));
  return (
    <Panel title={say("Affected assets")} aside={plural(finding.assetCount, "asset")} flush>
      <PagedTable
        pages={pages}
        noun="assets"
        label={say("Affected assets")}
        keyOf={(a) => a.id}
        onOpen={(a) => void navigate({ to: "/assets/$id", params: { id: a.id } })}
        cardHeight={56}
        columns={ASSET_COLUMNS}
        empty={<Empty title={say("No asset has this component now")}>{say("The finding is kept as history.")}</Empty>}
      />
    </Panel>
  );
};

const About = ({ finding: f, feeds }: { finding: FindingDetail; feeds: Feeds | undefined }) => (
  <Panel title={say("Facts")}>
    <Facts
      rows={[
        [say("Installed"), <Copy key="v" text={f.version} />],
        [say("Fixed in"), f.fixedIn ? <Copy key="f" text={f.fixedIn} /> : say("No fixed version is known yet")],
        [say("Package"), <Copy key="p" text={f.purl} max={56} />],
        ...(f.source
          ? [
              [
                say("Source"),
                <span key="so" className="mono">
                  {f.source}
                </span>,
              ] as const,
            ]
          : []),
        [
          say("Ecosystem"),
          <span key="e" className="mono">
            {f.ecosystem}
          </span>,
        ],
        [
          say("Severity"),
          <span key="s" className="inline-flex flex-wrap items-center gap-2">
            <SeverityMark severity={f.severity} label />
            {f.urgency && (
              <span className="text-dim">{say("the distribution says: {urgency}", { urgency: f.urgency })}</span>
            )}
          </span>,
        ],
        [
          "CVSS",
          f.cvss === null ? (
            say("no source gives one")
          ) : (
            <span key="c" className="mono">
              {decimal(f.cvss)} {f.cvssVector && <Copy text={f.cvssVector} max={48} />}
            </span>
          ),
        ],
        [
          "EPSS",
          f.epss === null ? (
            wasRead(feeds, "epss") ? (
              say("no source gives one")
            ) : (
              say("not known: no EPSS scores were read")
            )
          ) : (
            <span key="x">
              <Epss value={f.epss} />
              {f.epssPercentile !== null && (
                <span className="text-dim">
                  {say(", above {n} % of all", {
                    n: decimal(
                      Math.min(99.9, Math.floor(f.epssPercentile * 1000) / 10),
                      f.epssPercentile >= 0.99 ? 1 : 0,
                    ),
                  })}
                </span>
              )}
            </span>
          ),
        ],
        [
          "KEV",
          f.kevAddedAt ? (
            <span key="k">
              <Kev at={f.kevAddedAt} /> {say("since {kevAddedAt}", { kevAddedAt: exact(f.kevAddedAt).slice(0, 10) })}
            </span>
          ) : wasRead(feeds, "kev") ? (
            say("not in the catalog")
          ) : (
            say("not known: no KEV catalog was read")
          ),
        ],
        ...enrichmentRows(f.enrichment),
        [say("First seen"), <Time key="t" at={f.firstSeenAt} />],
        ...(f.fixedAt ? [[say("Fixed"), <Time key="fx" at={f.fixedAt} />] as const] : []),
        ...(f.reopenedAt ? [[say("Reopened"), <Time key="r" at={f.reopenedAt} />] as const] : []),
        [say("Published"), f.publishedAt ? <Time key="pu" at={f.publishedAt} /> : say("not said")],
        [
          say("Other names"),
          f.aliases.length === 0 ? (
            say("none")
          ) : (
            <span key="a" className="flex flex-wrap gap-x-3">
              {f.aliases.map((a) => (
                <Copy key={a} text={a} />
              ))}
            </span>
          ),
        ],
      ]}
    />
  </Panel>
);

const api = getRouteApi("/findings/$id");

/** One finding: why it is one, what closes it, what its risk is made of, and where it is. */
export const FindingPage = () => {
  const { id } = api.useParams();
  const finding = useQuery(queries.finding(id));
  const feeds = useQuery(queries.feeds());
  if (finding.isPending) return <PageSkeleton />;
  if (finding.error)
    return (
      <div className="py-4">
        <ErrorPanel error={finding.error} retry={() => void finding.refetch()} />
      </div>
    );
  const f = finding.data;
  return (
    <Page
      title={say("{advisory} in {source}", { advisory: f.advisory, source: f.source ?? f.package })}
      lead={f.summary}
      actions={
        <>
          <span className="chip">
            {f.vex?.status === "not_affected" && !f.decision ? say("not affected (VEX)") : STATE_WORDS[f.state]}
          </span>
          <Kev at={f.kevAddedAt} />
          {f.status === "open" && <Decide scope={scopeOfFindings([f])} />}
          <Link to="/advisories/$id" params={{ id: f.advisory }} className="button">
            {say("The advisory")}
          </Link>
        </>
      }
    >
      <section className="panel border-l-2 border-l-accent px-4 py-3" aria-label={say("Why this matched")}>
        <h2 className="text-xs text-dim">
          {f.status === "not_affected" && !f.decision ? say("Why this is closed") : say("Why this matched")}
        </h2>
        <p className="mt-1 font-semibold">{told(f.explanation?.answer ?? f.why)}</p>
        {f.explanation && <p className="mt-1 text-dim">{told(f.explanation.decidedBy)}.</p>}
        {f.fixedIn && f.status === "open" && (
          <p className="mt-1">
            {say("Upgrade to")} <Copy text={f.fixedIn} /> {say("or later to close it.")}{" "}
            <Link
              to="/fixes/$id"
              params={{ id: fixIdOf({ ...f, package: f.source ?? f.package, hasFix: true }) }}
              className="link"
            >
              {say("The fix: its command, who does it")}
            </Link>
          </p>
        )}
      </section>
      <Decided finding={f} />
      {f.vex && <Vex vex={f.vex} />}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 wide:grid-cols-2">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <TakeUp finding={f} />
          <About finding={f} feeds={feeds.data} />
        </div>
        <div className="grid grid-cols-[minmax(0,1fr)] gap-4">
          <RiskTerms finding={f} feeds={feeds.data} />
          <SsvcPanel ssvc={f.assessment.ssvc} />
        </div>
      </div>
      <Timeline findingId={f.id} />
      <ExposureGraph finding={f} />
      <EpssCourse advisory={f.advisory} />
      {f.explanation && <Chain explanation={f.explanation} />}
      <Ranges finding={f} />
      <Affected finding={f} />
      {f.details && (
        <Panel title={say("Details as published")}>
          <p className="max-w-[80ch] whitespace-pre-wrap">{f.details}</p>
        </Panel>
      )}
      <References list={f.references} />
    </Page>
  );
};
