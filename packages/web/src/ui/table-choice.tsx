import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { readStored, writeStored } from "./stored.ts";
import type { Column } from "./table.tsx";
import { columnsNamed, joinColumns } from "./table-columns.ts";
import { say } from "./texts.ts";

interface TableChoice<Row> {
  readonly columns: readonly Column<Row>[];
  readonly isCompact: boolean;
  /** The columns in words where not all are shown; empty for all. */
  readonly text: string;
  /** The button that opens the choice. */
  readonly menu: ReactNode;
}

/** A details element that closes as a menu does: by Escape, which gives its button the focus, and when the focus leaves it. */
const useMenu = () => {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const menu = details.current;
    if (!menu) return undefined;
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary")?.focus();
    };
    const leave = (event: Event) => {
      if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
    };
    menu.addEventListener("keydown", key);
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      menu.removeEventListener("keydown", key);
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  }, []);
  return details;
};

const Menu = ({
  all,
  shown,
  isCompact,
  onColumns,
  onCompact,
}: {
  all: readonly string[];
  shown: readonly string[];
  isCompact: boolean;
  onColumns: (heads: readonly string[]) => void;
  onCompact: (isCompact: boolean) => void;
}) => {
  const details = useMenu();
  return (
    <details ref={details} className="relative hidden min-[1000px]:block">
      <summary className="button cursor-pointer list-none">
        <SlidersHorizontal className="size-4" aria-hidden="true" /> {say("Columns")}
      </summary>
      <div className="panel absolute right-0 z-20 mt-1 grid w-56 gap-3 bg-raised p-3">
        <fieldset className="grid gap-1">
          <legend className="mb-1 text-xs text-dim">{say("columns")}</legend>
          {all.map((head) => (
            <label key={head} className="flex min-h-6 items-center gap-2 text-sm">
              <input
                type="checkbox"
                className="accent-accent"
                checked={shown.includes(head)}
                disabled={shown.length === 1 && shown.includes(head)}
                onChange={(e) => onColumns(all.filter((h) => (h === head ? e.target.checked : shown.includes(h))))}
              />
              {say(head)}
            </label>
          ))}
          <button type="button" className="act justify-self-start" onClick={() => onColumns(all)}>
            {say("Show all columns")}
          </button>
        </fieldset>
        <label className="flex min-h-6 items-center gap-2 border-t border-line pt-3 text-sm">
          <input
            type="checkbox"
            className="accent-accent"
            checked={isCompact}
            onChange={(e) => onCompact(e.target.checked)}
          />
          {say("compact rows")}
        </label>
      </div>
    </details>
  );
};

/**
 * Which columns of a table are shown and how high its rows are, as this browser chose. An address may name the columns instead
 * (`fromUrl`); a change is then told to `onUrl`, so that the address keeps saying what is seen.
 */
export const useTableChoice = <Row,>(
  table: string,
  all: readonly Column<Row>[],
  fromUrl?: string,
  onUrl?: (columns: string | undefined) => void,
): TableChoice<Row> => {
  const [stored, setStored] = useState(() => readStored(`${table}.columns`));
  const [isCompact, setCompact] = useState(() => readStored("rows") === "compact");
  const columns = columnsNamed(all, fromUrl ?? stored);
  const text = columns.length === all.length ? "" : joinColumns(columns.map((c) => c.head));
  const choose = (heads: readonly string[]) => {
    const next = heads.length === all.length ? null : joinColumns(heads);
    if (fromUrl !== undefined && onUrl) onUrl(next ?? joinColumns(heads));
    else {
      writeStored(`${table}.columns`, next);
      setStored(next);
    }
  };
  const menu = (
    <Menu
      all={all.map((c) => c.head)}
      shown={columns.map((c) => c.head)}
      isCompact={isCompact}
      onColumns={choose}
      onCompact={(next) => {
        writeStored("rows", next ? "compact" : null);
        setCompact(next);
      }}
    />
  );
  return { columns, isCompact, text, menu };
};
