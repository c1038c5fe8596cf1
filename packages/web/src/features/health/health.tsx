import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { exact } from "../../ui/format.ts";
import { Page } from "../../ui/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { type Health, healthQuery } from "./queries.ts";
import { atFault } from "./rules.ts";

type Dependency = Health["dependencies"][number];

const NAMES: Readonly<Record<string, string>> = {
  database: say("Database"),
  isolation: say("Separation of companies"),
  queue: say("Queue of jobs"),
  feeds: say("Advisories"),
};
const STATES: Readonly<Record<Dependency["status"], string>> = {
  ok: say("works"),
  down: say("does not answer"),
  missing: say("is missing"),
  failed: say("failed"),
};
/** Where more is told of it. */
const MORE: Readonly<Record<string, ReactNode>> = {
  queue: (
    <Link to="/jobs" className="link">
      {say("Jobs")}
    </Link>
  ),
  feeds: (
    <Link to="/feeds" className="link">
      {say("Feeds")}
    </Link>
  ),
};

/** A moment as the server writes it. */
const MOMENT = /\d{4}-\d\d-\d\dT[\d:.]+Z/;

const One = ({ name, status, detail }: Dependency) => (
  <li className="grid grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 border-b border-line px-4 py-2 last:border-0 sm:grid-cols-[200px_144px_minmax(0,1fr)_auto]">
    <span className="font-medium">{NAMES[name] ?? name}</span>
    <span className={`inline-flex items-center gap-2 text-sm ${status === "ok" ? "" : "font-semibold text-bad"}`}>
      <span
        aria-hidden="true"
        className={`size-2 rounded-full border ${status === "ok" ? "border-accent bg-accent" : "border-bad"}`}
      />
      {STATES[status]}
    </span>
    <span className="col-span-full text-sm wrap-anywhere text-dim sm:col-span-1">
      {told(detail).replace(MOMENT, exact)}
    </span>
    <span className="text-sm">{MORE[name]}</span>
  </li>
);

/** What the server needs to do its work, and whether each of it answers. */
export const HealthPage = () => {
  const health = useQuery(healthQuery());
  const all = health.data?.dependencies ?? [];
  const bad = atFault(all);
  return (
    <Page title={say("Health")} lead={say("What the server needs to do its work, asked again every ten seconds.")}>
      <section className="panel" aria-label={say("Health")}>
        {health.isPending && <RowsSkeleton rows={4} />}
        {health.error && <ErrorPanel error={health.error} retry={() => void health.refetch()} />}
        {health.data && (
          <>
            <p
              className={`border-b border-line px-4 py-3 text-base font-semibold ${bad.length > 0 ? "text-bad" : ""}`}
              aria-live="polite"
            >
              {bad.length === 0
                ? say("Everything works")
                : say("{bad} of {all} do not work as they should", { bad: bad.length, all: all.length })}
            </p>
            <ul>
              {[...bad, ...all.filter((one) => !bad.includes(one))].map((one) => (
                <One key={one.name} {...one} />
              ))}
            </ul>
          </>
        )}
      </section>
    </Page>
  );
};
