import { useQuery } from "@tanstack/react-query";
import { call, contract, queries } from "../../api.ts";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { Page } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, Notice, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

type Job = Awaited<ReturnType<typeof call<typeof contract.jobs.listJobs>>>["rows"][number];

const COLUMNS: readonly Column<Job>[] = [
  {
    head: "State",
    width: "110px",
    cell: (j) => (
      <span className={j.state === "dead" ? "font-semibold text-bad" : ""}>
        {j.state === "dead" ? say("gave up") : told(j.state)}
      </span>
    ),
  },
  { head: "Task", width: "260px", cell: (j) => <span className="mono">{j.task}</span> },
  {
    head: "Attempts",
    width: "96px",
    label: say("attempts"),
    cell: (j) => <span className="mono">{`${j.attempts}/${j.maxAttempts}`}</span>,
  },
  { head: "Next run", width: "110px", cell: (j) => (j.state === "waiting" ? <Time at={j.runAt} /> : "") },
  {
    head: "Last error",
    className: "full",
    cell: (j) => (
      <span title={j.lastError ?? ""}>{j.lastError ?? <span className="text-dim">{say("none")}</span>}</span>
    ),
  },
];

/** What is waiting, running, and what gave up. */
export const JobsPage = () => {
  const jobs = useQuery(queries.jobs());
  const rows: readonly Job[] = jobs.data?.rows ?? [];
  const dead = rows.filter((j) => j.state === "dead").length;
  return (
    <Page title={say("Jobs")} lead={say("Work that the server does by itself: judging inventories, syncing feeds.")}>
      {dead > 0 && (
        <Notice>
          {say("{dead} gave up after all attempts. That work is not done; the reason stands in the row.", {
            dead: plural(dead, "job"),
          })}
        </Notice>
      )}
      <section className="panel" aria-label={say("Jobs")}>
        {jobs.isPending && <RowsSkeleton rows={5} />}
        {jobs.error && <ErrorPanel error={jobs.error} retry={() => void jobs.refetch()} />}
        {jobs.data && rows.length === 0 && (
          <Empty title={say("No job is waiting or running, and none gave up")}>
            <p>{say("Jobs appear when an agent reports or a feed changes.")}</p>
          </Empty>
        )}
        {rows.length > 0 && (
          <Table
            label={say("Jobs")}
            rows={[...rows].sort((a, b) => Number(b.state === "dead") - Number(a.state === "dead"))}
            keyOf={(j) => j.id}
            cardHeight={92}
            columns={COLUMNS}
          />
        )}
      </section>
    </Page>
  );
};
