import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { count, plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Command, Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { labelsOf } from "../assets/labels.tsx";
import { say } from "../../ui/texts.ts";

const HOUR_SECONDS = 3600;
/** How often the page looks for the first agent while it waits. */
const ARRIVAL_POLL_MS = 3000;
const LIFETIMES = [
  [HOUR_SECONDS, say("1 hour")],
  [24 * HOUR_SECONDS, say("1 day")],
  [7 * 24 * HOUR_SECONDS, say("7 days")],
] as const;

/** What is run on the machine, and who has come. */
const Run = (props: { token: { secret: string; expiresAt: string }; arrived: number; maxUses: number }) => (
  <Panel title={say("2. Run this on the machine")}>
    <div className="grid gap-3">
      <Command
        text={`npx zerotrace agent enroll --server ${window.location.origin} --token ${props.token.secret} && npx zerotrace agent run`}
      />
      <p className="text-dim">
        {say("The token is shown this once. It ends")} <Time at={props.token.expiresAt} />{" "}
        {say("or after {maxUses}.", { maxUses: plural(props.maxUses, "machine") })}
      </p>
      <output className={props.arrived > 0 ? "text-accent" : "text-dim"}>
        {props.arrived > 0
          ? say("{arrived} enrolled. Its findings arrive within seconds of its first inventory.", {
              arrived: count(props.arrived),
            })
          : say("Waiting for the first agent to enroll…")}
      </output>
      {props.arrived > 0 && (
        <Link to="/agents" className="link justify-self-start">
          {say("See the agents")}
        </Link>
      )}
    </div>
  </Panel>
);

/** Makes an enrollment token and shows the one line that uses it. */
export const EnrollPage = () => {
  const [expiresInSeconds, setExpires] = useState<number>(HOUR_SECONDS);
  const [maxUses, setMaxUses] = useState(1);
  const [labels, setLabels] = useState("");
  const [ranges, setRanges] = useState("");
  const [before, setBefore] = useState<number | null>(null);
  const agents = useInfiniteQuery({ ...queries.agents(), refetchInterval: before === null ? false : ARRIVAL_POLL_MS });
  const agentCount = agents.data?.pages[0]?.count ?? 0;
  const may = useMay("tokens:manage");
  const create = useMutation({
    mutationFn: () =>
      call(contract.tokens.createToken, {
        body: {
          kind: "enrollment",
          label: say("Enrollment from the dashboard"),
          expiresInSeconds,
          maxUses,
          enrollment: { labels: labelsOf(labels), ranges: ranges.split(/[\s,]+/).filter(Boolean) },
        },
      }),
    onSuccess: () => setBefore(agentCount),
  });
  const arrived = before === null ? 0 : Math.max(0, agentCount - before);
  const token = create.data;
  return (
    <Page
      title={say("Enroll an agent")}
      lead={say(
        "One line on the machine to watch. It reads what is installed and reports what changes; it changes nothing.",
      )}
    >
      <Panel title={say("1. Make an enrollment token")}>
        <form
          className="flex flex-wrap items-end gap-4"
          onSubmit={(e) => {
            e.preventDefault();
            create.mutate();
          }}
        >
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("works for")}</span>
            <select className="field" value={expiresInSeconds} onChange={(e) => setExpires(Number(e.target.value))}>
              {LIFETIMES.map(([seconds, name]) => (
                <option key={seconds} value={seconds}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("on how many machines")}</span>
            <input
              className="field w-32"
              type="number"
              min={1}
              max={100_000}
              required
              value={maxUses}
              onChange={(e) => setMaxUses(Number(e.target.value))}
            />
          </label>
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("labels its assets get")}</span>
            <input
              className="field w-56 max-w-full"
              placeholder="site:berlin, production"
              value={labels}
              onChange={(e) => setLabels(e.target.value)}
            />
          </label>
          <label className="grid gap-1 text-sm">
            <span className="text-dim">{say("only from these addresses")}</span>
            <input
              className="field w-56 max-w-full"
              placeholder={say("any, or 10.0.0.0/8")}
              value={ranges}
              onChange={(e) => setRanges(e.target.value)}
            />
          </label>
          <button type="submit" className="button button-primary" disabled={!may || create.isPending}>
            {say("Create enrollment token")}
          </button>
        </form>
        {!may && (
          <p className="mt-4 text-dim">
            {say("Your role may not create tokens. Ask an administrator of your company for one.")}
          </p>
        )}
        {create.error && (
          <div className="mt-4">
            <ErrorPanel error={create.error} />
          </div>
        )}
      </Panel>
      {token && <Run token={token} arrived={arrived} maxUses={maxUses} />}
    </Page>
  );
};
