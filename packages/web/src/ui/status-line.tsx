import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Feeds, queries, type Session } from "../api.ts";
import { useLive } from "../live-context.ts";
import { useConnection } from "../live.ts";
import { bytes, count, duration, plural } from "./format.ts";
import { useNow } from "./hooks.ts";
import { PaletteKey } from "./palette-key.tsx";
import { say } from "./texts.ts";

const Part = ({ children, className = "" }: { children: ReactNode; className?: string }) => (
  <span className={`flex shrink-0 items-center gap-1.5 border-r border-line px-3 ${className}`}>{children}</span>
);

/** A running sync in words with numbers. */
export const progressText = (p: NonNullable<Feeds["progress"]>): string => {
  const read = p.totalBytes
    ? say("{doneBytes} of {totalBytes}", { doneBytes: bytes(p.doneBytes), totalBytes: bytes(p.totalBytes) })
    : bytes(p.doneBytes);
  return say("{label}: {read}, {recordCount} records", { label: p.label, read, recordCount: count(p.recordCount) });
};

const Connection = () => {
  const { state, lostAtMs } = useConnection(useLive());
  const lost =
    lostAtMs === null ? "" : say(", stale since {value}", { value: new Date(lostAtMs).toLocaleTimeString("en-GB") });
  const words = {
    connecting: say("connecting"),
    live: say("live"),
    reconnecting: say("reconnecting{lost}", { lost }),
    "signed-out": say("signed out"),
  };
  return (
    <Part className={`min-w-36 ${state === "live" ? "text-accent" : "text-warn"}`}>
      <span
        aria-hidden="true"
        className={`size-2 rounded-full border border-current ${state === "live" ? "bg-current" : ""}`}
      />
      {words[state]}
    </Part>
  );
};

/** The date of the newest advisories; scores that only add to them do not make them younger. */
const newest = (feeds: Feeds): string | null => {
  const dates = feeds.sources.flatMap((s) => (s.dataAt && s.covers.length > 0 ? [s.dataAt] : []));
  return dates.sort().at(-1) ?? feeds.generation?.publishedAt ?? null;
};

/** Whether anything that is told may be missing what was published since. */
const isOld = (feeds: Feeds): boolean => feeds.stale || feeds.lastError !== null || feeds.staleSources.length > 0;

/** Room for the age of the advisories, so that what stands right of it does not move when it comes. */
const AGE = "min-w-56";

const Advisories = () => {
  const feeds = useQuery(queries.feeds());
  const now = useNow();
  if (!feeds.data)
    return (
      <Part className={`text-dim ${AGE}`}>
        {say("advisories {choice}", { choice: feeds.error ? say("unknown") : "…" })}
      </Part>
    );
  if (feeds.data.syncing) {
    return <Part>{feeds.data.progress ? progressText(feeds.data.progress) : say("bringing advisories")}</Part>;
  }
  const at = newest(feeds.data);
  if (!feeds.data.generation || !at) return <Part className="text-warn">{say("no advisories yet")}</Part>;
  return (
    <Part className={`${AGE} ${isOld(feeds.data) ? "text-warn" : ""}`}>
      <Link to="/feeds" className="hover:text-accent">
        {say("advisories {n} old{choice}{choice2}", {
          n: duration(now - Date.parse(at)),
          choice:
            feeds.data.staleSources.length > 0
              ? say(", {length} stale", { length: plural(feeds.data.staleSources.length, "source") })
              : feeds.data.stale && say(", stale"),
          choice2: feeds.data.lastError ? say(", last sync failed") : "",
        })}
      </Link>
    </Part>
  );
};

const Work = () => {
  const stats = useQuery(queries.stats());
  if (!stats.data) return null;
  const { pendingJobs, agentsOnline, agentCount } = stats.data;
  return (
    <>
      <Part>
        <Link to="/jobs" className={pendingJobs > 0 ? "text-text hover:text-accent" : "text-dim hover:text-accent"}>
          {pendingJobs > 0
            ? say("{pendingJobs} running", { pendingJobs: plural(pendingJobs, "job") })
            : say("no jobs running")}
        </Link>
      </Part>
      <Part>
        <Link to="/agents" className="hover:text-accent">
          {say("{agentsOnline}/{agentCount} agents online", {
            agentsOnline: count(agentsOnline),
            agentCount: count(agentCount),
          })}
        </Link>
      </Part>
    </>
  );
};

/** What is running, missing or stale, on every page. */
export const StatusLine = ({ session, onHelp }: { session: Session; onHelp: () => void }) => (
  <footer
    aria-label={say("Status")}
    className="mono fixed inset-x-0 bottom-0 z-20 flex h-8 items-stretch overflow-x-auto [scrollbar-width:none] border-t border-line bg-panel text-xs whitespace-nowrap"
  >
    <Part className="bg-raised font-semibold">{session.companyName}</Part>
    {session.permissions.includes("findings:read") && <Connection />}
    {session.permissions.includes("feeds:read") && <Advisories />}
    {session.permissions.includes("findings:read") && <Work />}
    <PaletteKey session={session} />
    <button type="button" onClick={onHelp} className="shrink-0 px-3 text-dim hover:text-accent">
      <kbd className="text-xs text-text">?</kbd> {say("help")}
    </button>
  </footer>
);
