import type { Widget } from "@zerotrace/core/dashboard/widget";
import { Grip, MoveDiagonal2, Pencil, Trash2 } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode, useId } from "react";
import { say } from "../../ui/texts.ts";
import { resized, shifted, moved } from "./grid.ts";
import { WidgetBody } from "./widget-body.tsx";
import { titleOf } from "./words.ts";

/** What the arrow keys do to a widget; null for any other key. */
const onKeys = (e: KeyboardEvent, widget: Widget, widgets: readonly Widget[]): Widget[] | null => {
  const { id, x, y, w, h } = widget;
  const across = e.key === "ArrowLeft" ? -1 : e.key === "ArrowRight" ? 1 : 0;
  const down = e.key === "ArrowUp" ? -1 : e.key === "ArrowDown" ? 1 : 0;
  if (e.ctrlKey || e.metaKey || e.altKey || (across === 0 && down === 0)) return null;
  if (e.shiftKey) return resized(widgets, id, { w: w + across, h: h + down });
  return down === 0 ? moved(widgets, id, { x: x + across, y }) : shifted(widgets, id, down);
};

const Tool = ({ name, onClick, children }: { name: string; onClick: () => void; children: ReactNode }) => (
  <button
    type="button"
    aria-label={name}
    title={name}
    onClick={onClick}
    className="flex size-7 shrink-0 items-center justify-center text-dim hover:text-accent"
  >
    {children}
  </button>
);

const placeText = ({ x, y, w, h }: Widget): string =>
  say("column {x}, row {y}, {w} wide, {h} high", { x: x + 1, y: y + 1, w, h });

/** One widget on the grid: its title and figures; while the dashboard is edited, the handles that move, resize, change and remove it. */
export const WidgetFrame = ({
  widget,
  widgets,
  isEditing,
  onDrag,
  onChange,
  onEdit,
  onRemove,
}: {
  widget: Widget;
  widgets: readonly Widget[];
  isEditing: boolean;
  onDrag: (what: "move" | "resize", e: PointerEvent) => void;
  onChange: (widgets: readonly Widget[]) => void;
  onEdit: () => void;
  onRemove: () => void;
}) => {
  const id = useId();
  const title = titleOf(widget);
  const { x, y, w, h } = widget;
  const style = { "--x": x + 1, "--y": y + 1, "--w": w, "--h": h } as CSSProperties;
  return (
    <section
      aria-labelledby={id}
      className={`panel widget ${w <= 3 ? "widget-narrow" : ""} ${isEditing ? "widget-editing border-edge" : ""}`}
      style={style}
    >
      <header className="flex min-h-9 items-center gap-1 px-3">
        {isEditing && (
          <button
            type="button"
            aria-label={say("Move {title}: {place}", { title, place: placeText(widget) })}
            aria-describedby="board-keys"
            aria-roledescription={say("movable widget")}
            title={say("Drag, or use the arrow keys; with Shift they resize")}
            className="-ml-1.5 flex size-7 shrink-0 cursor-grab touch-none items-center justify-center text-dim hover:text-accent active:cursor-grabbing"
            onPointerDown={(e) => onDrag("move", e)}
            onKeyDown={(e) => {
              const next = onKeys(e, widget, widgets);
              if (next === null) return;
              e.preventDefault();
              onChange(next);
            }}
          >
            <Grip className="size-4" aria-hidden="true" />
          </button>
        )}
        <h2 id={id} className="min-w-0 flex-1 truncate text-sm font-semibold" title={title}>
          {title}
        </h2>
        {isEditing && (
          <>
            <Tool name={say("Change {title}", { title })} onClick={onEdit}>
              <Pencil className="size-4" aria-hidden="true" />
            </Tool>
            <Tool name={say("Remove {title}", { title })} onClick={onRemove}>
              <Trash2 className="size-4" aria-hidden="true" />
            </Tool>
          </>
        )}
      </header>
      <div className="min-h-0 flex-1 px-3 pb-3">
        <WidgetBody widget={widget} />
      </div>
      {isEditing && (
        // for the pointer alone: keys resize by the handle that moves
        <span
          aria-hidden="true"
          title={say("Drag to resize")}
          className="absolute right-0 bottom-0 hidden cursor-nwse-resize touch-none p-0.5 text-dim hover:text-accent min-[720px]:block"
          onPointerDown={(e) => onDrag("resize", e)}
        >
          <MoveDiagonal2 className="size-4" />
        </span>
      )}
    </section>
  );
};
