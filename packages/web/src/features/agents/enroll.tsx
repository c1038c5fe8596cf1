import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Choice, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { plural } from "../../ui/format.ts";
import { useMay } from "../../ui/may.ts";
import { Command, Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { labelsOf } from "../assets/labels.tsx";
import { say } from "../../ui/texts.ts";

const HOUR_SECONDS = 3600;
/** How often the page looks for the first agent while it waits. */
const ARRIVAL_POLL_MS = 3000;
/** Machines that are told by name (count). */
const NAMED_MAX = 5;
const LIFETIMES = [
  [HOUR_SECONDS, say("1 hour")],
  [24 * HOUR_SECONDS, say("1 day")],
  [7 * 24 * HOUR_SECONDS, say("7 days")],
] as const;

/** Whether an address means the machine itself, wherever it is used. */
const isThisMachineAlone = (hostname: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

/** Machines that report already, so that nobody waits for one that will be refused. */
const Here = ({ agents }: { agents: readonly { hostname: string; online: boolean }[] }) => {
  const names = agents.filter(({ online }) => online).map(({ hostname }) => hostname);
  if (names.length === 0) return null;
  return (
    <p className="mt-4 text-sm text-dim">
      {say("Reporting already: {names}. A machine enrolls once; add --replace to the first command to do it again.", {
        names:
          names.length > NAMED_MAX
            ? say("{agents} online", { agents: plural(names.length, "agent") })
            : names.join(", "),
      })}
    </p>
  );
};

/** What is run on the machine, and who has come. */
const Run = (props: { token: { secret: string; expiresAt: string }; arrived: readonly string[]; maxUses: number }) => (
  <Panel title={say("2. Run this on the machine")}>
    <div className="grid gap-3">
      <Command
        text={`npx zerotrace agent enroll --server ${window.location.origin} --token ${props.token.secret} && npx zerotrace agent run`}
      />
      <p className="text-dim">
        {say("The token is shown this once. It ends")} <Time at={props.token.expiresAt} />{" "}
        {say("or after {maxUses}.", { maxUses: plural(props.maxUses, "machine") })}
      </p>
      {isThisMachineAlone(window.location.hostname) && (
        <p className="text-warn">
          {say(
            "{origin} is reached from the server's own machine alone. For another machine start the server with --host 0.0.0.0 and open this page by its address there.",
            { origin: window.location.origin },
          )}
        </p>
      )}
      <output className={props.arrived.length > 0 ? "text-accent" : "text-dim"}>
        {props.arrived.length > 0
          ? say("Enrolled: {names}. Findings arrive within seconds of the first inventory.", {
              names: props.arrived.join(", "),
            })
          : say("Waiting for the first agent to enroll…")}
      </output>
      {props.arrived.length > 0 && (
        <span className="flex gap-4">
          <Link to="/agents" className="link">
            {say("See the agents")}
          </Link>
          <Link to="/findings" className="link">
            {say("See the findings")}
          </Link>
        </span>
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
  // by the server's clock: who enrolled in place of an agent that was there has come as well
  const [madeAt, setMadeAt] = useState<number | null>(null);
  const agents = useInfiniteQuery({ ...queries.agents(), refetchInterval: madeAt === null ? false : ARRIVAL_POLL_MS });
  const known = agents.data?.pages.flatMap(({ rows }) => rows) ?? [];
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
    onSuccess: ({ expiresAt }) => setMadeAt(Date.parse(expiresAt) - expiresInSeconds * 1000),
  });
  const arrived = known.filter(({ enrolledAt }) => madeAt !== null && Date.parse(enrolledAt) >= madeAt);
  const token = create.data;
  return (
    <Page
      title={say("Enroll an agent")}
      lead={say(
        "One line on the machine to watch. It reads what is installed and reports what changes; it changes nothing.",
      )}
    >
      <Panel title={say("1. Make an enrollment token")}>
        <Form row of={create} onSend={() => create.mutate()} verb={say("Create enrollment token")} isOff={!may}>
          <Choice
            name="expiresInSeconds"
            label={say("works for")}
            value={expiresInSeconds}
            options={LIFETIMES}
            onChange={setExpires}
          />
          <Field
            name="maxUses"
            label={say("on how many machines")}
            className="w-32"
            type="number"
            min={1}
            max={100_000}
            required
            value={maxUses}
            onChange={(text) => setMaxUses(Number(text))}
          />
          <Field
            name="labels"
            label={say("labels its assets get")}
            className="w-56 max-w-full"
            placeholder="site:berlin, production"
            value={labels}
            onChange={setLabels}
          />
          <Field
            name="ranges"
            label={say("only from these addresses")}
            className="w-56 max-w-full"
            placeholder={say("any, or 10.0.0.0/8")}
            value={ranges}
            onChange={setRanges}
          />
        </Form>
        <Here agents={known} />
        {!may && (
          <p className="mt-4 text-dim">
            {say("Your role may not create tokens. Ask an administrator of your company for one.")}
          </p>
        )}
      </Panel>
      {token && <Run token={token} arrived={arrived.map(({ hostname }) => hostname)} maxUses={maxUses} />}
    </Page>
  );
};
