import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Permission } from "@zerotrace/core/schema";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { call, contract, queries, type Token } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { plural } from "../../ui/format.ts";
import { Command, Time } from "../../ui/marks.tsx";
import { Page, Panel } from "../../ui/panel.tsx";
import { RightsChoice, rightsText } from "../../ui/rights.tsx";
import { Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { Rotate } from "./rotate.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const DAY_SECONDS = 86_400;
const READS: readonly Permission[] = ["assets:read", "feeds:read", "findings:read", "jobs:read"];

const CreateToken = () => {
  const client = useQueryClient();
  const session = useQuery(queries.session());
  const mine = session.data?.permissions ?? [];
  const [label, setLabel] = useState("");
  const [days, setDays] = useState(90);
  const [ranges, setRanges] = useState("");
  const [chosen, setChosen] = useState<readonly Permission[]>(READS);
  const create = useMutation({
    mutationFn: () =>
      call(contract.tokens.createToken, {
        body: {
          kind: "api",
          label,
          expiresInSeconds: days * DAY_SECONDS,
          permissions: chosen.filter((p) => mine.includes(p)),
          ranges: ranges.split(/[\s,]+/).filter((range) => range !== ""),
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  return (
    <Panel title={say("Create an API token")}>
      <Form of={create} onSend={() => create.mutate()} verb={say("Create API token")} isOff={chosen.length === 0}>
        <div className="flex flex-wrap items-end gap-4">
          <Field
            name="label"
            label={say("what it is for")}
            className="w-64 max-w-full"
            required
            maxLength={100}
            value={label}
            onChange={setLabel}
          />
          <Field
            label={say("days")}
            className="w-24"
            type="number"
            required
            min={1}
            max={365}
            value={days}
            onChange={(text) => setDays(Number(text))}
          />
          <Field
            name="ranges"
            label={say("only from these addresses (any if empty)")}
            className="mono w-64 max-w-full"
            placeholder="10.1.0.0/16, 192.0.2.7"
            value={ranges}
            onChange={setRanges}
          />
        </div>
        <RightsChoice legend={say("what it may do")} among={mine} chosen={chosen} onChange={setChosen} />
      </Form>
      {create.data && (
        <output className="mt-4 grid gap-2">
          <p>
            {say("The secret, shown this once. It ends")} <Time at={create.data.expiresAt} />
            {say(". To use it:")}
          </p>
          <Command
            text={`curl -H "Authorization: Bearer ${create.data.secret}" ${window.location.origin}/api/v1/stats`}
          />
        </output>
      )}
    </Panel>
  );
};

const Actions = ({ token }: { token: Token }) => {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: (agents: "keep" | "revoke") =>
      call(contract.tokens.revokeToken, { params: { id: token.id }, query: { agents } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["tokens"] }),
  });
  if (token.revokedAt) {
    return (
      <span className="text-dim">
        {say("revoked")} <Time at={token.revokedAt} />
      </span>
    );
  }
  return (
    <span className="inline-flex flex-wrap justify-end gap-4">
      {token.kind === "api" && <Rotate token={token} />}
      {revoke.error && (
        <span role="alert" className="text-bad" title={revoke.error.message}>
          {say("failed: {message}", { message: revoke.error.message })}
        </span>
      )}
      <Confirm
        verb={say("Revoke")}
        question={
          token.kind === "api"
            ? say("{label} is refused from now on, wherever it is used.", { label: told(token.label) })
            : say("Nobody enrolls with {label} any more; {agents} enrolled with it report on.", {
                label: token.label,
                agents: plural(token.enrollment?.agentCount ?? 0, "agent"),
              })
        }
        onConfirm={() => revoke.mutate("keep")}
      />
      {(token.enrollment?.agentCount ?? 0) > 0 && (
        <Confirm
          verb={say("Revoke with its agents")}
          question={say("Nobody enrolls with {label} any more, and {agentCount} enrolled with it report no more.", {
            label: token.label,
            agentCount: plural(token.enrollment?.agentCount ?? 0, "agent"),
          })}
          onConfirm={() => revoke.mutate("revoke")}
        />
      )}
    </span>
  );
};

const Ends = ({ token }: { token: Token }) => (
  <span className={token.endsSoon ? "text-warn" : undefined}>
    <Time at={token.expiresAt} />
    {token.endsSoon && ` ${say("(soon)")}`}
  </span>
);

/** What an enrollment token is still good for; null: as often as one wants. */
const usesOf = (left: number | null): string => {
  if (left === null) return say("enroll");
  return left === 0 ? say("used up") : say("enroll {usesLeft}", { usesLeft: plural(left, "more machine") });
};

const COLUMNS: readonly Column<Token>[] = [
  { head: "Kind", width: "110px", cell: (t) => <span title={told(t.kind)}>{told(t.kind)}</span> },
  {
    head: "For",
    className: "full",
    cell: (t) => (
      <span title={t.ranges === null ? undefined : say("works from {ranges} only", { ranges: t.ranges.join(", ") })}>
        {told(t.label)}
        {t.ranges !== null && (
          <span className="text-dim"> {say("from {length} only", { length: plural(t.ranges.length, "network") })}</span>
        )}
      </span>
    ),
  },
  {
    head: "May",
    cell: (t) => (
      <span className={t.kind === "api" ? "mono text-dim" : "text-dim"} title={rightsText(t.permissions)}>
        {t.kind === "api" ? t.permissions.join(", ") : usesOf(t.usesLeft)}
      </span>
    ),
  },
  { head: "Last used", width: "120px", className: "wide-only", cell: (t) => <Time at={t.lastUsedAt} /> },
  { head: "Ends", width: "140px", label: say("ends"), cell: (t) => <Ends token={t} /> },
  {
    head: "Actions",
    width: "260px",
    className: "end",
    cell: (t) => <Actions token={t} />,
  },
];

/** Enrollment and API tokens: made, seen without their secrets, and revoked. */
export const TokensPage = () => {
  const pages = useInfiniteQuery(queries.tokens());
  const first = useQuery({
    queryKey: ["tokens", "soon"],
    queryFn: () => call(contract.tokens.listTokens, { query: { limit: 1 } }),
  });
  const soon = first.data?.endsSoonCount ?? 0;
  return (
    <Page title={say("Tokens")}>
      {soon > 0 && (
        <output className="panel flex gap-3 px-4 py-3">
          <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
          <span>
            {say("{soon} soon. Rotate what is still needed: the former secret works on while you replace it.", {
              soon: plural(soon, "API token ends", "API tokens end"),
            })}
          </span>
        </output>
      )}
      <CreateToken />
      <section className="panel" aria-label={say("Tokens")}>
        <PagedTable
          pages={pages}
          noun="tokens"
          label={say("Tokens")}
          keyOf={(t) => t.id}
          cardHeight={112}
          columns={COLUMNS}
          empty={
            <Empty title={say("No token exists yet")}>
              {say("An API token lets a program read what you see here; create one above.")}
            </Empty>
          }
        />
      </section>
    </Page>
  );
};
