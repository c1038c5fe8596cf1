import type { Widget } from "@zerotrace/core/dashboard/widget";
import { GRID_COLUMNS } from "@zerotrace/core/dashboard/widget";
import { type PointerEvent as ReactPointerEvent, useRef } from "react";
import { inReadingOrder, moved, resized } from "./grid.ts";
import { WidgetFrame } from "./widget-frame.tsx";

/** Height of a row of the grid and of the gap between rows, in px. */
const ROW_PX = 44;
const GAP_PX = 12;

interface Drag {
  readonly id: string;
  readonly what: "move" | "resize";
  readonly fromX: number;
  readonly fromY: number;
  /** The places when it began: each step is told from them, so that nothing drifts. */
  readonly start: readonly Widget[];
}

/** The grid of widgets; while it is edited they are moved and resized by pointer or keys. */
export const Board = ({
  widgets,
  isEditing,
  onChange,
  onEdit,
  onRemove,
}: {
  widgets: readonly Widget[];
  isEditing: boolean;
  onChange: (widgets: readonly Widget[]) => void;
  onEdit: (widget: Widget) => void;
  onRemove: (widget: Widget) => void;
}) => {
  const grid = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const begin = (id: string, what: Drag["what"], e: ReactPointerEvent): void => {
    if (e.button !== 0) return;
    e.preventDefault();
    e.currentTarget.setPointerCapture(e.pointerId);
    drag.current = { id, what, fromX: e.clientX, fromY: e.clientY, start: widgets };
  };
  const move = (e: ReactPointerEvent): void => {
    const held = drag.current;
    const widget = held?.start.find(({ id }) => id === held.id);
    if (!held || !widget || !grid.current) return;
    const columnPx = (grid.current.clientWidth + GAP_PX) / GRID_COLUMNS;
    const dx = Math.round((e.clientX - held.fromX) / columnPx);
    const dy = Math.round((e.clientY - held.fromY) / (ROW_PX + GAP_PX));
    onChange(
      held.what === "move"
        ? moved(held.start, held.id, { x: widget.x + dx, y: widget.y + dy })
        : resized(held.start, held.id, { w: widget.w + dx, h: widget.h + dy }),
    );
  };
  const end = (): void => {
    drag.current = null;
  };
  return (
    <div ref={grid} className="board" onPointerMove={move} onPointerUp={end} onPointerCancel={end}>
      {inReadingOrder(widgets).map((widget) => (
        <WidgetFrame
          key={widget.id}
          widget={widget}
          widgets={widgets}
          isEditing={isEditing}
          onDrag={(what, e) => begin(widget.id, what, e)}
          onChange={onChange}
          onEdit={() => onEdit(widget)}
          onRemove={() => onRemove(widget)}
        />
      ))}
    </div>
  );
};
