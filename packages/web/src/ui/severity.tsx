import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
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
const LETTER: Record<Severity, string> = { critical: "C", high: "H", medium: "M", low: "L", none: "–", unknown: "?" };

/** Each severity has a shape of its own: octagon, triangle, diamond, circle; hollow squares where there is none. */
const SHAPE: Record<Severity, ReactNode> = {
  critical: <path d="M5 0h6l5 5v6l-5 5H5l-5-5V5z" />,
  high: <path d="M8 0l8 15.5H0z" />,
  medium: <path d="M8 0l8 8-8 8-8-8z" />,
  low: <circle cx="8" cy="8" r="8" />,
  none: <path d="M0 0h16v16H0zM1.5 1.5v13h13v-13z" fillRule="evenodd" />,
  unknown: <path d="M0 0h16v16H0zM1.5 1.5v13h13v-13z" fillRule="evenodd" />,
};

/** The mark of a severity: color, letter and shape. `label` adds the word; without it the word is there for readers. */
export const SeverityMark = ({ severity, label = false }: { severity: Severity; label?: boolean }) => {
  const hollow = severity === "unknown" || severity === "none";
  return (
    <span className="inline-flex items-center gap-1.5" title={told(severity)}>
      <svg viewBox="0 0 16 16" className={`size-4 shrink-0 ${FILL[severity]}`} aria-hidden="true">
        {SHAPE[severity]}
        <text
          x="8"
          y={severity === "high" ? 13.5 : 11.8}
          textAnchor="middle"
          className={`font-mono font-bold ${hollow ? "fill-text" : "fill-[var(--on-severity)]"}`}
          fontSize={severity === "high" ? 9 : 10.5}
        >
          {LETTER[severity]}
        </text>
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
