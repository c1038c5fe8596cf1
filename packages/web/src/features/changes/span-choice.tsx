import { Link, useNavigate } from "@tanstack/react-router";
import { Download } from "lucide-react";
import type { Changes } from "../../api.ts";
import { download } from "../../ui/download.ts";
import { useMay } from "../../ui/may.ts";
import { say } from "../../ui/texts.ts";
import { changesCsv } from "./csv.ts";
import { type ChangesSearch, dayAfter } from "./span.ts";

const SPANS: readonly (readonly [string, ChangesSearch])[] = [
  [say("Since yesterday"), {}],
  [say("7 days"), { since: "7d" }],
  [say("30 days"), { since: "30d" }],
];

interface SpanChoiceProps {
  readonly search: ChangesSearch;
  readonly today: string;
  readonly changes: Changes | undefined;
}

/** Since when, and the ways to take along what the page shows: printed, or as a file. */
export const SpanChoice = ({ search, today, changes }: SpanChoiceProps) => {
  const navigate = useNavigate();
  const mayExport = useMay("reports:view");
  const date = search.day ?? (search.since?.includes("-") ? search.since : "");
  return (
    <div className="flex flex-wrap items-center gap-2 print:hidden">
      <nav aria-label={say("Time")} className="flex">
        {SPANS.map(([name, to]) => {
          const isHere = search.day === undefined && search.since === to.since;
          return (
            <Link
              key={name}
              to="/changes"
              search={to}
              aria-current={isHere ? "page" : undefined}
              className={`button -ml-px first:ml-0 ${isHere ? "z-10 border-accent text-accent" : ""}`}
            >
              {name}
            </Link>
          );
        })}
      </nav>
      <label className="flex items-center gap-2 text-sm text-dim">
        {say("Since")}
        <input
          key={date}
          type="date"
          className="field"
          defaultValue={date}
          min={dayAfter(today, -89)}
          max={today}
          onChange={(event) => {
            const { value } = event.target;
            if (value !== "") void navigate({ to: "/changes", search: { since: value } });
          }}
        />
      </label>
      <button type="button" className="button" onClick={() => window.print()}>
        {say("Print")}
      </button>
      {mayExport && (
        <button
          type="button"
          className="button"
          disabled={changes === undefined}
          title={say("What this page shows, as comma-separated values")}
          onClick={() => changes && download(`${say("what-changed")}-${today}.csv`, changesCsv(changes))}
        >
          <Download className="size-4" aria-hidden="true" /> {say("CSV")}
        </button>
      )}
    </div>
  );
};
