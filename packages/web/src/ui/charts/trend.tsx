import { say } from "../texts.ts";
import { Chart } from "./chart.tsx";
import { dayText, figure, roundTop, shortFigure } from "./scale.ts";

export interface TrendPoint {
  readonly day: string;
  readonly value: number;
}

const WIDTH = 600;
const HEIGHT = 200;

const pathOf = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** What is aimed at: a value, named where its line ends. */
export interface Goal {
  readonly value: number;
  readonly name: string;
}

const Axis = ({ top }: { top: number }) => (
  <div aria-hidden="true" className="mono relative w-12 shrink-0 whitespace-nowrap text-right text-xs text-dim">
    {[top, top / 2, 0].map((value, i) => (
      <span key={value} className="absolute right-2 -translate-y-1/2" style={{ top: `${i * 50}%` }}>
        {shortFigure(value)}
      </span>
    ))}
  </div>
);

const Plot = ({ points, top, goal }: { points: readonly TrendPoint[]; top: number; goal: Goal | undefined }) => {
  const y = (value: number): number => HEIGHT - (value / top) * HEIGHT;
  const step = WIDTH / Math.max(1, points.length - 1);
  // one day alone is its point: a line would speak of days that nobody saw
  const line = points.length < 2 ? [] : points.map((p, i) => [i * step, y(p.value)] as const);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full overflow-visible"
      aria-hidden="true"
    >
      {[0, 0.5, 1].map((part) => (
        <line key={part} x1="0" x2={WIDTH} y1={HEIGHT * part} y2={HEIGHT * part} className="chart-grid" />
      ))}
      {line.length > 0 && <path d={`${pathOf(line)}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} className="chart-area" />}
      {goal && <line x1="0" x2={WIDTH} y1={y(goal.value)} y2={y(goal.value)} className="chart-goal" />}
      <path d={pathOf(line)} className="chart-line" />
      {points.map((p, i) => (
        <rect
          key={p.day}
          x={points.length < 2 ? 0 : i * step - step / 2}
          y="0"
          width={step}
          height={HEIGHT}
          fill="transparent"
        >
          <title>{`${dayText(p.day)}: ${figure(p.value)}`}</title>
        </rect>
      ))}
    </svg>
  );
};

/** Values by day as a line from a zero base, with a goal where there is one; the newest value is named at its end. */
export const Trend = ({
  label,
  points,
  unit,
  goal,
  most,
}: {
  label: string;
  points: readonly TrendPoint[];
  /** What the values are, as the head of the table. */
  unit: string;
  goal?: Goal | undefined;
  /** The top of the scale; by the values without. */
  most?: number;
}) => {
  const top = most ?? roundTop(Math.max(goal?.value ?? 0, ...points.map((p) => p.value)));
  const [first, last] = [points[0], points.at(-1)];
  const rows = points.toReversed().map((p) => ({
    key: p.day,
    cells: [
      <time key="d" dateTime={p.day}>
        {p.day}
      </time>,
      figure(p.value),
    ],
  }));
  return (
    <Chart label={label} table={{ heads: [say("Day"), unit], rows }}>
      <div className="flex h-full min-h-24 flex-col pt-2">
        <div className="flex min-h-0 flex-1">
          <Axis top={top} />
          <div className="relative min-w-0 flex-1">
            <Plot points={points} top={top} goal={goal} />
            {goal && (
              <span
                className="mono absolute left-0 bg-panel px-1 text-xs text-text"
                style={{ bottom: `calc(${(goal.value / top) * 100}% + 2px)` }}
              >
                {goal.name}
              </span>
            )}
            {last && (
              <span
                aria-hidden="true"
                className="absolute right-0 size-2 translate-x-1/2 translate-y-1/2 rounded-full bg-accent"
                style={{ bottom: `${(last.value / top) * 100}%` }}
              />
            )}
          </div>
        </div>
        <div className="mono mt-2 flex justify-between pl-12 text-xs text-dim">
          <span>{first && first !== last ? dayText(first.day) : ""}</span>
          <span>{say("today")}</span>
        </div>
      </div>
    </Chart>
  );
};
