import { useQuery } from "@tanstack/react-query";
import { type AssetDay, queries } from "../../api.ts";
import { ASSET_TREND_DAYS } from "../../asks.ts";
import { count, decimal, plural } from "../../ui/format.ts";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { type Point, Sparkline } from "../../ui/sparkline.tsx";
import { say } from "../../ui/texts.ts";

/** The last 30 days of risk as a small picture beside its number. Its room is there before its days are. */
export const RiskCourse = ({ id }: { id: string }) => {
  const trend = useQuery(queries.assetTrend(id, ASSET_TREND_DAYS));
  const days = trend.data?.rows ?? [];
  const rows = days.length < 2 ? [] : days;
  return (
    <svg
      viewBox={`0 0 ${ASSET_TREND_DAYS * 3} 24`}
      className="hidden h-6 w-20 shrink-0 sm:block"
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {rows.map((one, i) => {
        const height = Math.max(1, (one.risk / 100) * 23);
        const x = (ASSET_TREND_DAYS - rows.length + i) * 3;
        return <rect key={one.day} x={x} y={24 - height} width="2" height={height} className="fill-edge" />;
      })}
    </svg>
  );
};

const course = (
  rows: readonly AssetDay[],
  value: (one: AssetDay) => number,
  says: (one: AssetDay) => string,
): Point[] => rows.map((one) => ({ day: one.day, value: value(one), says: says(one) }));

/** Risk, findings and components by day, each with its table behind it. */
export const AssetTrend = ({ id }: { id: string }) => {
  const trend = useQuery(queries.assetTrend(id, ASSET_TREND_DAYS));
  if (trend.isPending) return <RowsSkeleton />;
  if (trend.error) return <ErrorPanel error={trend.error} retry={() => void trend.refetch()} />;
  const { rows } = trend.data;
  const last = rows.at(-1);
  if (last === undefined) return <Empty title={say("Nothing is known of this asset yet")} />;
  const first = rows[0] as AssetDay;
  const against = (now: number, then: number): string =>
    rows.length < 2
      ? say("first day")
      : now === then
        ? say("as on {day}", { day: first.day })
        : say("{choice}{abs} since {day}", {
            choice: now > then ? "+" : "−",
            abs: count(Math.abs(Math.round((now - then) * 10) / 10)),
            day: first.day,
          });
  const figures = [
    {
      name: say("Risk"),
      now: decimal(last.risk),
      change: against(last.risk, first.risk),
      points: course(
        rows,
        (d) => d.risk,
        (d) => say("risk {risk}", { risk: decimal(d.risk) }),
      ),
    },
    {
      name: say("Open findings"),
      now: count(last.findingCount),
      change: against(last.findingCount, first.findingCount),
      points: course(
        rows,
        (d) => d.findingCount,
        (d) =>
          say("{findingCount}, {critical} critical, {high} high", {
            findingCount: plural(d.findingCount, "finding"),
            critical: count(d.findings.critical),
            high: count(d.findings.high),
          }),
      ),
    },
    {
      name: say("Components"),
      now: count(last.componentCount),
      change: against(last.componentCount, first.componentCount),
      points: course(
        rows,
        (d) => d.componentCount,
        (d) =>
          say("{componentCount}, {notCovered} not covered", {
            componentCount: plural(d.componentCount, "component"),
            notCovered: count(d.notCovered),
          }),
      ),
    },
  ];
  return (
    <div className="grid gap-6 p-4 wide:grid-cols-3">
      {figures.map(({ name, now, change, points }) => (
        <section key={name} className="min-w-0">
          <h2 className="text-xs text-dim">{name}</h2>
          <p className="mono mb-2 flex items-baseline gap-3">
            <span className="text-xl font-semibold">{now}</span>
            <span className="text-xs text-dim">{change}</span>
          </p>
          <Sparkline label={say("{name} by day", { name })} points={points} />
        </section>
      ))}
    </div>
  );
};
