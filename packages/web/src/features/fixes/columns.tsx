import { Link } from "@tanstack/react-router";
import type { Fix, FixWork } from "../../api.ts";
import { count, share } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { SeverityLine } from "../../ui/severity.tsx";
import type { Column } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { dueText, workText } from "./words.ts";

const TONES = { waiting: "text-dim", verified: "text-accent", not_fixed: "text-warn", came_back: "text-warn" } as const;

/** When it is due; late in the color of a warning. */
export const Due = ({ of }: { of: Pick<Fix, "dueAt" | "dueInDays" | "isOverdue"> }) => (
  <span className={of.isOverdue ? "font-semibold text-warn" : "text-dim"} title={of.dueAt?.slice(0, 10)}>
    {dueText(of)}
  </span>
);

/** How far it is, by what a person said and what inventories say. */
export const WorkState = ({ work }: { work: Fix["work"] }) => (
  <span className={work?.verification ? TONES[work.verification] : work === null ? "text-dim" : ""}>
    {workText(work)}
  </span>
);

const Target = ({ fix }: { fix: Pick<Fix, "id" | "package" | "fixedIn" | "ecosystem"> }) => (
  <span className="mono" title={fix.ecosystem}>
    <Link to="/fixes/$id" params={{ id: fix.id }} className="link font-semibold" onClick={(e) => e.stopPropagation()}>
      {fix.package}
    </Link>{" "}
    <span className="text-dim">
      {fix.fixedIn ? say("to {version}", { version: fix.fixedIn }) : say("no fixed version yet")}
    </span>
  </span>
);

const Share = ({ value }: { value: number }) => (
  <span
    className="mono inline-flex items-center gap-2"
    title={say("Share of the risk of these findings that this closes")}
  >
    <span className="w-14 min-[1000px]:text-right">{share(value)}</span>
    <span className="hidden h-1.5 w-12 bg-line min-[1000px]:block" aria-hidden="true">
      <span className="block h-1.5 bg-accent" style={{ width: `${value * 100}%`, minWidth: 1 }} />
    </span>
  </span>
);

/** The list of fixes. */
export const FIX_COLUMNS: readonly Column<Fix>[] = [
  { head: "Fix", className: "full", cell: (fix) => <Target fix={fix} /> },
  { head: "Ecosystem", width: "96px", cell: (fix) => <span className="text-dim">{fix.ecosystem}</span> },
  { head: "Risk closed", width: "128px", label: say("risk closed"), cell: (fix) => <Share value={fix.riskShare} /> },
  {
    head: "Findings",
    // five severities beside each other: a row is one line
    width: "248px",
    cell: (fix) => (
      <span className="inline-flex items-center gap-x-2.5">
        {fix.kevCount > 0 && <span className="mono font-semibold">{say("{n} KEV", { n: count(fix.kevCount) })}</span>}
        <SeverityLine counts={fix.severities} />
      </span>
    ),
  },
  {
    head: "Assets",
    width: "64px",
    className: "mono end",
    label: say("assets"),
    cell: (fix) => count(fix.assetCount),
  },
  { head: "Due", width: "120px", cell: (fix) => <Due of={fix} /> },
  { head: "State", width: "140px", cell: (fix) => <WorkState work={fix.work} /> },
  { head: "Who", width: "104px", cell: (fix) => fix.work?.assignee?.name ?? "" },
];

/** What people work on. */
export const WORK_COLUMNS: readonly Column<FixWork>[] = [
  { head: "Fix", className: "full", cell: (work) => <Target fix={work} /> },
  { head: "Ecosystem", width: "136px", cell: (work) => <span className="text-dim">{work.ecosystem}</span> },
  { head: "State", width: "176px", cell: (work) => <WorkState work={work} /> },
  {
    head: "Left",
    width: "88px",
    label: say("findings left"),
    cell: (work) => (
      <span className="mono">{count(work.verification === null ? work.findingCount : work.leftFindingCount)}</span>
    ),
  },
  { head: "Due", width: "128px", cell: (work) => (work.verification === "verified" ? "" : <Due of={work} />) },
  { head: "Who", width: "144px", cell: (work) => work.assignee?.name ?? "" },
  { head: "Changed", width: "160px", cell: (work) => <Time at={work.updatedAt} /> },
];
