import { Link } from "@tanstack/react-router";
import type { AdvisoryGroup, Finding } from "../../api.ts";
import { count } from "../../ui/format.ts";
import { Copy, Epss, Kev, Risk, Time } from "../../ui/marks.tsx";
import { SeverityMark } from "../../ui/severity.tsx";
import type { Column } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { STATE_WORDS } from "../work/words.ts";

/** What is said of a finding that is not open. */
export const STATUS_WORDS: Readonly<Record<Finding["status"], string>> = {
  open: say("open"),
  fixed: say("fixed"),
  accepted: say("accepted"),
  not_affected: say("not affected"),
};

/** A finding in one row: how bad, what, where it stands, what closes it. */
export const FINDING_COLUMNS: readonly Column<Finding>[] = [
  { head: "Risk", width: "108px", cell: (f) => <Risk value={f.risk} /> },
  {
    head: "Severity",
    width: "120px",
    cell: (f) =>
      f.severity === "unknown" && f.urgency ? (
        <span className="inline-flex items-center gap-2">
          <SeverityMark severity={f.severity} />
          <span
            className="chip text-dim"
            title={say("No source gives a score; the distribution's own word is {word}", { word: f.urgency })}
          >
            {f.urgency}
          </span>
        </span>
      ) : (
        <SeverityMark severity={f.severity} label />
      ),
  },
  {
    head: "Advisory",
    width: "184px",
    cell: (f) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link
          to="/findings/$id"
          params={{ id: f.id }}
          className="mono link truncate"
          title={[f.advisory, ...f.aliases].join(", ")}
        >
          {f.advisory}
        </Link>
        <Kev at={f.kevAddedAt} />
        {(f.status === "accepted" || f.status === "not_affected") && (
          <span className="chip text-dim">{STATUS_WORDS[f.status]}</span>
        )}
      </span>
    ),
  },
  {
    head: "Package",
    width: "minmax(0, 1.45fr)",
    className: "full",
    cell: (f) => (
      <span className="mono" title={f.purl}>
        {f.package} <span className="text-dim">{f.version}</span>
      </span>
    ),
  },
  {
    head: "Fixed in",
    label: say("fixed in"),
    cell: (f) =>
      f.fixedIn ? <Copy text={f.fixedIn} max={32} /> : <span className="text-dim">{say("no fix yet")}</span>,
  },
  {
    head: "State",
    width: "128px",
    className: "wide-only",
    cell: (f) => {
      const text = f.assignee ? `${STATE_WORDS[f.state]}, ${f.assignee.name}` : STATE_WORDS[f.state];
      return (
        <span className={f.state === "open" && !f.assignee ? "text-dim" : ""} title={text}>
          {text}
        </span>
      );
    },
  },
  { head: "EPSS", width: "88px", className: "end wide-only", cell: (f) => <Epss value={f.epss} /> },
  {
    head: "Assets",
    width: "64px",
    className: "mono end wide-only",
    cell: (f) => count(f.assetCount),
  },
  {
    head: "First seen",
    width: "112px",
    className: "wide-only",
    cell: (f) =>
      f.status === "fixed" ? (
        <span className="text-dim">
          {say("fixed")} <Time at={f.fixedAt} />
        </span>
      ) : (
        <Time at={f.firstSeenAt} isDim />
      ),
  },
];

export const ADVISORY_GROUP_COLUMNS: readonly Column<AdvisoryGroup>[] = [
  { head: "Risk", width: "116px", cell: (g) => <Risk value={g.risk} /> },
  { head: "Severity", width: "112px", cell: (g) => <SeverityMark severity={g.severity} label /> },
  {
    head: "Advisory",
    width: "210px",
    cell: (g) => (
      <span className="inline-flex max-w-full items-center gap-2">
        <Link to="/advisories/$id" params={{ id: g.advisory }} className="mono link truncate">
          {g.advisory}
        </Link>
        <Kev at={g.kevAddedAt} />
      </span>
    ),
  },
  {
    head: "Summary",
    className: "full",
    cell: (g) => (
      <span title={g.summary}>
        {g.summary || <span className="text-dim">{say("the source gives no summary")}</span>}
      </span>
    ),
  },
  {
    head: "Packages",
    width: "200px",
    cell: (g) => (
      <span className="mono text-dim" title={g.packages.join(", ")}>
        {g.packages.join(", ")}
      </span>
    ),
  },
  {
    head: "Fix",
    width: "72px",
    label: say("fix"),
    cell: (g) => (g.fixAvailable ? say("yes") : <span className="text-dim">{say("not yet")}</span>),
  },
  { head: "EPSS", width: "96px", className: "end wide-only", cell: (g) => <Epss value={g.epss} /> },
  {
    head: "Assets",
    width: "96px",
    className: "mono end",
    label: say("assets"),
    cell: (g) => count(g.assetCount),
  },
];
