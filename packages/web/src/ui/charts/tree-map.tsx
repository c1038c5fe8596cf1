import { say } from "../texts.ts";
import type { Group } from "./bars.tsx";
import { Chart } from "./chart.tsx";
import { figure, shortFigure, tint } from "./scale.ts";
import { squarify } from "./squarify.ts";

/** A rectangle of a map: its area is the value, its tint the risk 0..100. */
export interface MapGroup extends Group {
  readonly risk: number;
}

/** Percent of the map's width and height under which a rectangle has no room for its name. */
const NAME_WIDTH = 7;
const NAME_HEIGHT = 9;

/** Groups as areas, tinted by risk; the worst risk is written where there is room, and always in the table behind. */
export const TreeMap = ({
  label,
  groups,
  unit,
  ratio,
}: {
  label: string;
  groups: readonly MapGroup[];
  unit: string;
  /** Width by height of the room that it has, about. */
  ratio: number;
}) => {
  const shown = groups.filter((g) => g.value > 0);
  const boxes = squarify(
    shown.map((g) => g.value),
    ratio,
  );
  const rows = groups.map((g) => ({ key: g.key, cells: [g.name, figure(g.value), figure(g.risk)] }));
  return (
    <Chart label={label} table={{ heads: [say("Group"), unit, say("Highest risk")], rows }}>
      <ul className="relative h-full min-h-32" aria-label={label}>
        {shown.map((g, i) => {
          const box = boxes[i];
          if (!box) return null;
          const hasRoom = box.w >= NAME_WIDTH && box.h >= NAME_HEIGHT;
          return (
            <li
              key={g.key}
              title={`${g.text}: ${figure(g.value)} ${unit}, ${say("highest risk {risk}", { risk: figure(g.risk) })}`}
              className="absolute overflow-hidden border border-panel bg-raised p-1.5 text-sm"
              style={{ left: `${box.x}%`, top: `${box.y}%`, width: `${box.w}%`, height: `${box.h}%` }}
            >
              <span
                aria-hidden="true"
                className="absolute inset-0"
                style={{ background: tint("--bad", (g.risk / 100) ** 2) }}
              />
              <span className={hasRoom ? "relative grid" : "sr-only"}>
                <span className="mono truncate">{g.name}</span>
                <span className="mono truncate text-xs">
                  {say("{value}, risk {risk}", { value: shortFigure(g.value), risk: figure(g.risk) })}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
    </Chart>
  );
};
