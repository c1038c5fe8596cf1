import { Link } from "@tanstack/react-router";
import type { Severity, SeverityCounts } from "../api.ts";
import { count } from "./format.ts";
import { say } from "./texts.ts";
import { told } from "./told.ts";

/** Worst first, as it is read. */
export const SEVERITY_ORDER: readonly Severity[] = ["critical", "high", "medium", "low", "none", "unknown"];

const FILL: Record<Severity, string> = {
  critical: "fill-critical",
  high: "fill-high",
  medium: "fill-medium",
  low: "fill-low",
  none: "fill-none",
  unknown: "fill-none",
};
export const SEVERITY_BACKGROUND: Record<Severity, string> = {
  critical: "bg-critical",
  high: "bg-high",
  medium: "bg-medium",
  low: "bg-low",
  none: "bg-none",
  unknown: "bg-unknown",
};
/**
 * Each severity has a shape of its own with its letter cut out: octagon, triangle, diamond, circle; hollow squares where there is none.
 * One path each, in pixels: letters as text would make a table of them slow.
 */
const SHAPE: Record<Severity, string> = {
  critical:
    "M5 0h6l5 5v6l-5 5H5l-5-5V5zM10.6 9.2H9c-.1.9-.4 1.3-1 1.3-.7 0-1-.5-1-1.6V7.1c0-1.1.3-1.6 1-1.6.6 0 .9.4 1 1.3h1.6C10.5 5.1 9.5 4 8 4 6.3 4 5.3 5.2 5.3 7.1v1.8C5.3 10.8 6.3 12 8 12c1.5 0 2.5-1.1 2.6-2.8z",
  high: "M8 0l8 15.5H0zM5.9 7v6.4h1.5v-2.5h1.3v2.5h1.5V7H8.7v2.5H7.4V7z",
  medium: "M8 0l8 8-8 8-8-8zM5 4.3v7.4h1.5V7.2L8 10.1l1.5-2.9v4.5H11V4.3H9.5L8 7.4 6.5 4.3z",
  low: "M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0zM6 4.2v7.6h4.8v-1.5H7.6V4.2z",
  none: "M0 0h16v16H0zM1.5 1.5v13h13v-13zM5.2 7.2h5.6v1.6H5.2z",
  unknown:
    "M0 0h16v16H0zM1.5 1.5v13h13v-13zM5.9 6.3C6 4.9 6.8 4 8.1 4c1.3 0 2.2.8 2.2 2.1 0 .9-.4 1.4-1.1 1.9-.6.4-.7.7-.7 1.3H7.1c0-1.1.3-1.7 1-2.2.5-.4.7-.6.7-1 0-.4-.3-.7-.7-.7-.4 0-.7.3-.7.9zM6.9 10.3h1.7V12H6.9z",
};

/** The mark of a severity: color, letter and shape. `label` adds the word; without it the word is there for readers. */
export const SeverityMark = ({ severity, label = false }: { severity: Severity; label?: boolean }) => {
  return (
    <span className="inline-flex items-center gap-1.5" title={told(severity)}>
      <svg width="16" height="16" className={`shrink-0 overflow-visible ${FILL[severity]}`} aria-hidden="true">
        <path d={SHAPE[severity]} fillRule="evenodd" />
      </svg>
      <span className={label ? "text-sm" : "sr-only"}>{told(severity)}</span>
    </span>
  );
};

/** Counts by severity in one line, nothing where a count is zero. */
export const SeverityLine = ({ counts }: { counts: SeverityCounts }) => (
  <span className="mono inline-flex flex-wrap items-center gap-x-2.5">
    {SEVERITY_ORDER.filter((s) => counts[s] > 0).map((s) => (
      <span key={s} className="inline-flex items-center gap-1">
        <SeverityMark severity={s} />
        {count(counts[s])}
      </span>
    ))}
    {SEVERITY_ORDER.every((s) => counts[s] === 0) && <span className="text-dim">{say("none")}</span>}
  </span>
);

/** Findings by severity as bars from zero; each opens its list. */
export const SeverityBars = ({ counts }: { counts: SeverityCounts }) => {
  const most = Math.max(1, ...SEVERITY_ORDER.map((s) => counts[s]));
  return (
    <ul className="grid gap-0.5">
      {SEVERITY_ORDER.filter((s) => s !== "none" || counts.none > 0).map((s) => (
        <li key={s}>
          <Link
            to="/findings"
            search={{ query: `severity:${s}` }}
            className="grid grid-cols-[92px_1fr_64px] items-center gap-2 px-1 py-1 hover:bg-raised"
          >
            <SeverityMark severity={s} label />
            <span className="h-2 bg-raised" aria-hidden="true">
              <span
                className={`block h-2 ${SEVERITY_BACKGROUND[s]}`}
                style={{ width: `${(counts[s] / most) * 100}%`, minWidth: counts[s] > 0 ? 2 : 0 }}
              />
            </span>
            <span className={`mono text-right ${counts[s] === 0 ? "text-dim" : ""}`}>{count(counts[s])}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
};
