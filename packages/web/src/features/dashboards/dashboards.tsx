import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, type DashboardRow, queries } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Form } from "../../ui/form.tsx";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { DashboardFields } from "./fields.tsx";
import { STARTERS } from "./starters.ts";

const useCreate = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: ({ name, shared, starter }: { name: string; shared: boolean; starter: string }) =>
      call(contract.dashboards.createDashboard, {
        body: { name, shared, widgets: STARTERS.find(({ id }) => id === starter)?.widgets() ?? [] },
      }),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: ["dashboards"] });
      await navigate({ to: "/dashboards/$id", params: { id }, search: { mode: "edit" } });
    },
  });
};

const NewDashboard = () => {
  const session = useQuery(queries.session()).data;
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(session?.person === null);
  const [starter, setStarter] = useState(STARTERS[0]?.id ?? "");
  const create = useCreate();
  return (
    <Panel title={say("A new dashboard")}>
      <Form
        of={create}
        onSend={() => create.mutate({ name, shared: isShared || session?.person === null, starter })}
        verb={say("Make dashboard")}
        isOff={name.trim() === ""}
      >
        <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
          <DashboardFields name={name} onName={setName} isShared={isShared} onShared={setShared} />
        </div>
        <fieldset className="grid gap-1">
          <legend className="mb-1 text-sm text-dim">{say("It begins with")}</legend>
          {STARTERS.map((one) => (
            <label key={one.id} className="flex min-h-7 items-center gap-2 text-sm">
              <input
                type="radio"
                name="starter"
                className="accent-accent"
                checked={starter === one.id}
                onChange={() => setStarter(one.id)}
              />
              {one.name}
            </label>
          ))}
        </fieldset>
      </Form>
    </Panel>
  );
};

const Row = ({ row, mayShare }: { row: DashboardRow; mayShare: boolean }) => {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => call(contract.dashboards.deleteDashboard, { params: { id: row.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["dashboards"] }),
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2">
      <Link to="/dashboards/$id" params={{ id: row.id }} className="link font-medium">
        {row.name}
      </Link>
      <span className="text-sm text-dim">
        {row.shared ? say("shared by {who}", { who: row.createdBy }) : say("your own")},{" "}
        {plural(row.widgetCount, "widget")}
      </span>
      <span className="ml-auto text-sm text-dim">
        <Time at={row.changedAt} />
      </span>
      <Link to="/dashboards/$id" params={{ id: row.id }} search={{ mode: "wall" }} className="act">
        {say("Wall")}
      </Link>
      {(!row.shared || mayShare) && (
        <Confirm
          verb={say("Delete")}
          question={
            row.shared ? say("Everybody of the company loses it") : say("The dashboard is forgotten; no finding is")
          }
          onConfirm={() => remove.mutate()}
        />
      )}
      {remove.error && <ErrorPanel error={remove.error} />}
    </li>
  );
};

/** The dashboards that a person sees, and the way to a new one. */
export const DashboardsPage = () => {
  const dashboards = useQuery(queries.dashboards());
  const session = useQuery(queries.session()).data;
  const mayShare = session?.permissions.includes("config:modify") ?? false;
  const rows = dashboards.data?.rows ?? [];
  return (
    <Page
      title={say("Dashboards")}
      lead={say("Pages of your own or of the company: widgets on any query, also on a wall.")}
      actions={
        <Link to="/executive" className="button">
          {say("The page for the board")}
        </Link>
      }
    >
      <section className="panel" aria-label={say("Dashboards")}>
        {dashboards.isPending && <RowsSkeleton rows={3} />}
        {dashboards.error && <ErrorPanel error={dashboards.error} retry={() => void dashboards.refetch()} />}
        {dashboards.data && rows.length === 0 && (
          <Empty title={say("There is no dashboard yet")}>
            <p>{say("Give the first one a name below; it can begin with widgets that suit most mornings.")}</p>
          </Empty>
        )}
        {rows.length > 0 && (
          <ul className="divide-y divide-line">
            {rows.map((row) => (
              <Row key={row.id} row={row} mayShare={mayShare} />
            ))}
          </ul>
        )}
      </section>
      <NewDashboard />
    </Page>
  );
};
