import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bookmark, Pencil, Users } from "lucide-react";
import { useState } from "react";
import { queries, type SavedView } from "../../api.ts";
import { atLeast } from "../../ui/format.ts";
import { Block } from "../../ui/states.tsx";
import { addressOf, isShown, type Shown } from "./search.ts";
import { ViewDialog } from "./view-dialog.tsx";
import { say } from "../../ui/texts.ts";

/** Views shown with their counts; the palette finds the rest. */
const VIEWS_SHOWN = 12;

const Count = ({ view }: { view: SavedView }) => {
  const { data } = useQuery(queries.viewCount(view));
  return (
    <span className="mono min-w-[7ch] text-xs text-dim">{data ? atLeast(data.count, data.countIsExact) : "…"}</span>
  );
};

const One = ({ view, isActive, onEdit }: { view: SavedView; isActive: boolean; onEdit: () => void }) => (
  <li className={`flex shrink-0 items-center border ${isActive ? "border-accent" : "border-line"}`}>
    <Link
      {...addressOf(view)}
      aria-current={isActive ? "true" : undefined}
      title={`${view.query || say("everything that is usual")}${view.shared ? say(", shared") : ""}`}
      className="flex h-7 items-center gap-2 px-2 text-sm hover:text-accent"
    >
      {view.shared && <Users className="size-3.5 text-dim" aria-label={say("shared")} />}
      <span className="max-w-48 truncate">{view.name}</span>
      <Count view={view} />
    </Link>
    {isActive && (
      <button
        type="button"
        className="flex h-7 w-7 items-center justify-center border-l border-line text-dim hover:text-accent"
        onClick={onEdit}
        aria-label={say("Change the view {name}", { name: view.name })}
        title={say("Rename, share, delete")}
      >
        <Pencil className="size-3.5" />
      </button>
    )}
  </li>
);

/** The saved views of a list with how much each has, and the way to save what the list shows. */
export const ViewRow = ({ shown }: { shown: Shown }) => {
  const views = useQuery(queries.views());
  const [dialog, setDialog] = useState<SavedView | "new" | null>(null);
  const rows = views.data?.rows.filter((v) => v.noun === shown.noun) ?? [];
  const active = rows.find((v) => isShown(v, shown));
  return (
    <nav
      aria-label={say("Saved views")}
      className="in-turn flex min-h-11 items-center gap-2 border-b border-line px-4 py-1"
    >
      {views.isPending && <Block className="h-7 w-24" />}
      {rows.length > 0 && (
        <ul className="flex min-w-0 gap-2 overflow-x-auto p-0.5">
          {rows.slice(0, VIEWS_SHOWN).map((view) => (
            <One key={view.id} view={view} isActive={view === active} onEdit={() => setDialog(view)} />
          ))}
        </ul>
      )}
      {!active && (
        <button
          type="button"
          className="act inline-flex shrink-0 items-center gap-1.5"
          aria-label={say("Save this view")}
          onClick={() => setDialog("new")}
        >
          <Bookmark className="size-3.5" aria-hidden="true" />
          <span className="max-sm:hidden">{say("Save this view")}</span>
          <span className="sm:hidden" aria-hidden="true">
            {say("Save")}
          </span>
        </button>
      )}
      {rows.length > VIEWS_SHOWN && (
        <span className="shrink-0 text-xs text-dim">
          {rows.length - VIEWS_SHOWN} {say("more by Ctrl-K")}
        </span>
      )}
      {dialog !== null && (
        <ViewDialog view={dialog === "new" ? null : dialog} shown={shown} onClose={() => setDialog(null)} />
      )}
    </nav>
  );
};
