import { dayText as day } from "./charts/scale.ts";
import { say } from "./texts.ts";
export interface Point {
  readonly day: string;
  readonly value: number;
  /** The point in words, for the table behind the picture. */
  readonly says: string;
}

const WIDTH = 400;
const HEIGHT = 72;
const SLOTS_MIN = 10;

/** Values by day as bars over a zero line, each with its own words; the table behind it opens below. */
export const Sparkline = ({
  label,
  points,
  last = say("today"),
}: {
  label: string;
  points: readonly Point[];
  /** What the newest point is of. */
  last?: string;
}) => {
  const most = Math.max(1, ...points.map((p) => p.value));
  const slots = Math.max(SLOTS_MIN, points.length);
  const step = WIDTH / slots;
  const first = points[0];
  return (
    <figure aria-label={label}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-[72px] w-full" preserveAspectRatio="none" aria-hidden="true">
        {points.map((p, i) => {
          const height = Math.max(1.5, (p.value / most) * (HEIGHT - 2));
          return (
            <rect
              key={p.day}
              x={(slots - points.length + i) * step}
              y={HEIGHT - 1 - height}
              width={step * 0.7}
              height={height}
              className={i === points.length - 1 ? "fill-accent" : "fill-edge"}
            >
              <title>{`${day(p.day)}: ${p.says}`}</title>
            </rect>
          );
        })}
        <rect x="0" y={HEIGHT - 1} width={WIDTH} height="1" className="fill-edge" />
      </svg>
      <figcaption className="mono mt-1 flex justify-between text-xs text-dim">
        <span>{first && points.length > 1 ? day(first.day) : say("30 days")}</span>
        <span>{last}</span>
      </figcaption>
      <details className="mt-1 text-xs text-dim">
        <summary className="cursor-pointer">{say("as a table")}</summary>
        <ul className="mono mt-1 grid max-h-40 overflow-auto">
          {points.map((p) => (
            <li key={p.day}>
              {p.day.slice(0, 10)}: {p.says}
            </li>
          ))}
        </ul>
      </details>
    </figure>
  );
};
