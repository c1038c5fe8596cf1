import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FixPerformance, queries } from "../../api.ts";
import { count, share } from "../../ui/format.ts";
import { Block, ErrorPanel } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { daysText } from "./words.ts";

type Named = FixPerformance["bySeverity"][number];

/** Rows of one list. */
const ROWS = 8;

const inTime = (part: number | null): string => (part === null ? "–" : share(part));

const Speeds = ({
  title,
  rows,
  empty,
  note,
}: {
  title: string;
  rows: readonly Named[];
  empty: string;
  /** How it counts, where that is another way than the others'. */
  note?: string;
}) => (
  <section className="min-w-0" aria-label={title}>
    <h2 className="mb-1 text-xs text-dim">{title}</h2>
    {rows.length === 0 ? (
      <p className="text-sm text-dim">{empty}</p>
    ) : (
      <table className="w-full text-sm">
        <thead>
          <tr className="text-xs text-dim">
            <th scope="col" className="sr-only">
              {title}
            </th>
            <th scope="col" className="text-right font-normal">
              {say("fixed")}
            </th>
            <th scope="col" className="text-right font-normal">
              {say("median")}
            </th>
            <th scope="col" className="text-right font-normal">
              {say("mean")}
            </th>
            <th scope="col" className="text-right font-normal">
              {say("in time")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS).map((row) => (
            <tr key={row.name} className="border-t border-line">
              <th scope="row" className="max-w-32 truncate py-1 text-left font-normal">
                {told(row.name)}
              </th>
              <td className="mono text-right">{count(row.fixedCount)}</td>
              <td className="mono text-right">{daysText(row.medianDays)}</td>
              <td className="mono text-right">{daysText(row.meanDays)}</td>
              <td className="mono text-right">{inTime(row.withinSla)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    )}
    {note && rows.length > 0 && <p className="mt-1 text-xs text-dim">{note}</p>}
  </section>
);

const Big = ({ value, says }: { value: string; says: string }) => (
  <div>
    <p className="mono text-lg">{value}</p>
    <p className="text-xs text-dim">{says}</p>
  </div>
);

/** How long fixes took and which part was in time, with the times to fix that the company set. */
export const Performance = () => {
  const performance = useQuery(queries.fixPerformance());
  if (performance.error) return <ErrorPanel error={performance.error} />;
  if (!performance.data) return <Block className="h-28" />;
  const { company, bySeverity, byLabel, byOwner, overdue, sla } = performance.data;
  const times = say(
    "{kev} d known to be exploited, {critical} d critical, {high} d high, {medium} d medium, {low} d low",
    sla,
  );
  return (
    <div className="p-4">
      <p className="mb-4 text-sm text-dim">
        {say("Findings fixed in the last 90 days, against the company's times to fix: {times}.", { times })}{" "}
        <Link to="/settings" className="link">
          {say("Change these times")}
        </Link>
      </p>
      <div className="grid gap-x-8 gap-y-4 wide:grid-cols-[200px_repeat(3,minmax(0,1fr))]">
        <div className="grid grid-cols-2 content-start gap-3">
          <Big value={daysText(company.medianDays)} says={say("median to fix")} />
          <Big value={daysText(company.meanDays)} says={say("mean (MTTR)")} />
          <Big
            value={inTime(company.withinSla)}
            says={say("of {fixed} in time", { fixed: count(company.fixedCount) })}
          />
          <Big value={count(overdue.fixes)} says={overdue.fixes === 1 ? say("fix overdue") : say("fixes overdue")} />
        </div>
        <Speeds title={say("By severity")} rows={bySeverity} empty={say("Nothing was fixed in these days.")} />
        <Speeds
          title={say("By label of the assets")}
          rows={byLabel}
          empty={say("Nothing was fixed on labeled assets.")}
          note={say("Here a finding counts once for each asset on which it went away.")}
        />
        <Speeds title={say("By person")} rows={byOwner} empty={say("No fix that was done was assigned to anybody.")} />
      </div>
    </div>
  );
};
