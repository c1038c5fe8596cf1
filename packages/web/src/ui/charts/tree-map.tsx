import { say } from "../texts.ts";
import type { Group } from "./bars.tsx";
import { Chart } from "./chart.tsx";
import { figure, shortFigure, tint } from "./scale.ts";
import { squarify } from "./squarify.ts";

/** A rectangle of a map: its area is the value, its tint the risk 0..100. */
export interface MapGroup extends Group {
  readonly risk: number;
}

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
          return (
            <li
              key={g.key}
              title={`${g.text}: ${figure(g.value)} ${unit}, ${say("highest risk {risk}", { risk: figure(g.risk) })}`}
              className="map-cell absolute overflow-hidden border border-panel bg-raised text-sm"
              style={{ left: `${box.x}%`, top: `${box.y}%`, width: `${box.w}%`, height: `${box.h}%` }}
            >
              <span
                aria-hidden="true"
                className="absolute inset-0"
                style={{ background: tint("--bad", (g.risk / 100) ** 2) }}
              />
              <span className="map-text relative grid p-1.5">
                <span className="mono truncate">{g.name}</span>
                <span className="map-value mono truncate text-xs">
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
