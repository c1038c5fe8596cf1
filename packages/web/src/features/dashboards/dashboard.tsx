import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type Widget, WIDGETS_MAX } from "@zerotrace/core/dashboard/widget";
import { Monitor, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { call, contract, type Dashboard, queries } from "../../api.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, PageSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { Board } from "./board.tsx";
import { DashboardFields } from "./fields.tsx";
import { settle } from "./grid.ts";
import { newWidget } from "./starters.ts";
import { Wall } from "./wall.tsx";
import { WidgetDialog } from "./widget-form.tsx";

const api = getRouteApi("/dashboards/$id");

const useSave = (dashboard: Dashboard, done: () => void) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (wish: { name: string; shared: boolean; widgets: readonly Widget[] }) =>
      call(contract.dashboards.changeDashboard, {
        params: { id: dashboard.id },
        body: { ...wish, widgets: [...wish.widgets], revision: dashboard.revision },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["dashboards"] });
      done();
    },
  });
};

const Keys = () => (
  <p id="board-keys" className="text-sm text-dim">
    {say(
      "Drag a widget by its grip, or go to the grip and use the arrow keys: they move it, with Shift they resize it.",
    )}
  </p>
);

/** Changes are kept on this page until they are saved. */
const Editor = ({ dashboard, onDone }: { dashboard: Dashboard; onDone: () => void }) => {
  const [widgets, setWidgets] = useState<readonly Widget[]>(dashboard.widgets);
  const [name, setName] = useState(dashboard.name);
  const [isShared, setShared] = useState(dashboard.shared);
  const [open, setOpen] = useState<Widget | null>(null);
  const [said, setSaid] = useState("");
  const save = useSave(dashboard, onDone);
  const change = (next: readonly Widget[]): void => {
    const before = new Map(widgets.map((one) => [one.id, one]));
    const [mine] = next.filter(({ id, x, y, w, h }) => {
      const was = before.get(id);
      return was && (was.x !== x || was.y !== y || was.w !== w || was.h !== h);
    });
    if (mine)
      setSaid(say("column {x}, row {y}, {w} wide, {h} high", { x: mine.x + 1, y: mine.y + 1, w: mine.w, h: mine.h }));
    setWidgets(next);
  };
  const put = (widget: Widget): void =>
    setWidgets((all) =>
      all.some(({ id }) => id === widget.id)
        ? all.map((one) => (one.id === widget.id ? widget : one))
        : [...all, widget],
    );
  return (
    <>
      <form
        className="panel flex flex-wrap items-end gap-4 p-3"
        onSubmit={(e) => {
          e.preventDefault();
          save.mutate({ name, shared: isShared, widgets });
        }}
      >
        <DashboardFields name={name} onName={setName} isShared={isShared} onShared={setShared} />
        <div className="ml-auto flex flex-wrap gap-2">
          <button
            type="button"
            className="button"
            disabled={widgets.length >= WIDGETS_MAX}
            onClick={() => setOpen(newWidget(widgets))}
          >
            <Plus className="size-4" aria-hidden="true" /> {say("Add a widget")}
          </button>
          <button type="submit" className="button button-primary" disabled={save.isPending}>
            {say("Save")}
          </button>
          <button type="button" className="button" onClick={onDone}>
            {say("Cancel")}
          </button>
        </div>
      </form>
      {save.error && <ErrorPanel error={save.error} />}
      {widgets.length > 0 && <Keys />}
      <p aria-live="polite" className="sr-only">
        {said}
      </p>
      <Board
        widgets={widgets}
        isEditing
        onChange={change}
        onEdit={setOpen}
        onRemove={({ id }) => setWidgets((all) => settle(all.filter((one) => one.id !== id)))}
      />
      {open && <WidgetDialog widget={open} onSave={put} onClose={() => setOpen(null)} />}
    </>
  );
};

const Shown = ({ dashboard, onEdit }: { dashboard: Dashboard; onEdit: (() => void) | null }) =>
  dashboard.widgets.length === 0 ? (
    <section className="panel">
      <Empty title={say("This dashboard has no widgets yet")}>
        <p>{say("A widget shows a number, a trend or groups of any query.")}</p>
        {onEdit && (
          <button type="button" className="button button-primary" onClick={onEdit}>
            {say("Add the first widget")}
          </button>
        )}
      </Empty>
    </section>
  ) : (
    <Board
      widgets={dashboard.widgets}
      isEditing={false}
      onChange={() => undefined}
      onEdit={() => undefined}
      onRemove={() => undefined}
    />
  );

/** A dashboard: as it is, while it is edited, or on a wall; the address says which. */
export const DashboardPage = () => {
  const { id } = api.useParams();
  const { mode } = api.useSearch();
  const navigate = api.useNavigate();
  const mayShare = useMay("config:modify");
  const dashboard = useQuery(queries.dashboard(id));
  if (dashboard.isPending) return <PageSkeleton />;
  if (dashboard.error) {
    return (
      <div className="py-4">
        <ErrorPanel error={dashboard.error} retry={() => void dashboard.refetch()} />
      </div>
    );
  }
  const go = (next?: "edit" | "wall"): void => void navigate({ search: { mode: next } });
  const { data } = dashboard;
  const mayChange = !data.shared || mayShare;
  const isEditing = mode === "edit" && mayChange;
  return (
    <Page
      title={data.name}
      lead={
        <>
          {data.shared ? say("shared with the company") : say("your own")}, {say("changed")}{" "}
          <Time at={data.changedAt} />
        </>
      }
      actions={
        <>
          <Link to="/dashboards" className="button">
            {say("All dashboards")}
          </Link>
          {!isEditing && mayChange && (
            <button type="button" className="button" onClick={() => go("edit")}>
              <Pencil className="size-4" aria-hidden="true" /> {say("Edit")}
            </button>
          )}
          {!isEditing && (
            <button type="button" className="button" onClick={() => go("wall")}>
              <Monitor className="size-4" aria-hidden="true" /> {say("Wall")}
            </button>
          )}
        </>
      }
    >
      {isEditing ? (
        <Editor key={data.revision} dashboard={data} onDone={() => go()} />
      ) : (
        <Shown dashboard={data} onEdit={mayChange ? () => go("edit") : null} />
      )}
      {mode === "wall" && <Wall name={data.name} widgets={data.widgets} onClose={() => go()} />}
    </Page>
  );
};
