import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type MySession, queries } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Time } from "../../ui/marks.tsx";
import { Facts, Page, Panel } from "../../ui/panel.tsx";
import { ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { MyMailPanel } from "../mail/my-mail.tsx";
import { browserName } from "../people/browser-name.ts";
import { Refusal } from "../sessions/credentials.tsx";
import { ThisBrowser } from "./browser.tsx";
import { Factors } from "./factors.tsx";
import { oneOf } from "../../ui/format.ts";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const Name = ({ name: before }: { name: string }) => {
  const client = useQueryClient();
  const [name, setName] = useState(before);
  const change = useMutation({
    mutationFn: () => call(contract.me.changeMe, { body: { name } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["session"] }),
  });
  return (
    <form
      className="flex flex-wrap items-end gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        change.mutate();
      }}
    >
      <Field
        name="name"
        required
        label={say("name, in every company")}
        autoComplete="name"
        value={name}
        onChange={setName}
      />
      <button type="submit" className="button" disabled={name === before || change.isPending}>
        {say("Change the name")}
      </button>
      <Refusal error={change.error} />
    </form>
  );
};

const Password = () => {
  const client = useQueryClient();
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => call(contract.me.changePassword, { body: { current, password } }),
    onSuccess: () => {
      setCurrent("");
      setPassword("");
      return client.invalidateQueries({ queryKey: ["my-sessions"] });
    },
  });
  return (
    <Panel title={say("Password")}>
      <form
        className="grid max-w-md gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          change.mutate();
        }}
      >
        <Field
          required
          label={say("the present password")}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
        />
        <Field
          name="password"
          required
          label={say("a new password")}
          type="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={say("Any characters, 8 or more. A few unusual words are best.")}
        />
        <Refusal error={change.error} />
        {change.isSuccess && <output>{say("The password is changed. Your other sessions have ended.")}</output>}
        <button type="submit" className="button justify-self-start" disabled={change.isPending}>
          {say("Change the password")}
        </button>
      </form>
    </Panel>
  );
};

const End = ({ session }: { session: MySession }) => {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => call(contract.me.endMySession, { params: { id: session.id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["my-sessions"] }),
  });
  if (session.isCurrent) return <span className="text-accent">{say("this one")}</span>;
  return (
    <button type="button" className="act" onClick={() => end.mutate()} disabled={end.isPending}>
      {end.error ? end.error.message : say("End")}
    </button>
  );
};

const COLUMNS: readonly Column<MySession>[] = [
  {
    head: "Browser",
    className: "full",
    cell: (s) => <span title={s.userAgent ?? ""}>{browserName(s.userAgent)}</span>,
  },
  { head: "Company", width: "180px", label: say("in"), cell: (s) => s.companyName },
  { head: "By", width: "100px", className: "wide-only", cell: (s) => told(s.method ?? "") },
  { head: "Address", width: "150px", className: "wide-only", cell: (s) => <span className="mono">{s.ip ?? ""}</span> },
  { head: "Last used", width: "120px", label: say("used"), cell: (s) => <Time at={s.lastUsedAt ?? s.createdAt} /> },
  { head: "Actions", width: "120px", className: "end", cell: (s) => <End session={s} /> },
];

const Sessions = () => {
  const client = useQueryClient();
  const mine = useQuery(queries.mySessions());
  const endOthers = useMutation({
    mutationFn: () => call(contract.me.endMyOtherSessions),
    onSuccess: () => client.invalidateQueries({ queryKey: ["my-sessions"] }),
  });
  return (
    <Panel
      title={say("Your sessions")}
      flush
      aside={
        (mine.data?.rows.length ?? 0) > 1 && (
          <button type="button" className="act" onClick={() => endOthers.mutate()}>
            {say("End all others")}
          </button>
        )
      }
    >
      {mine.isPending && <RowsSkeleton rows={2} />}
      {mine.error && <ErrorPanel error={mine.error} retry={() => void mine.refetch()} />}
      {mine.data && (
        <Table
          label={say("Your sessions")}
          columns={COLUMNS}
          rows={mine.data.rows}
          keyOf={(s) => s.id}
          cardHeight={104}
        />
      )}
    </Panel>
  );
};

/** What there is to say of who is signed in here by no account of this company. */
const WITHOUT_ACCOUNT: Readonly<Record<string, string>> = {
  provider: say("a visit of the provider; your account is there again when you leave"),
};

/** One's own account: name, password, sessions. */
export const MePage = () => {
  const session = useQuery(queries.session()).data;
  if (!session) return null;
  const { person, method } = session;
  return (
    <Page
      title={person?.name ?? session.subject}
      lead={person?.email ?? WITHOUT_ACCOUNT[method ?? ""] ?? say("signed in without an account of one's own")}
    >
      <Panel title={say("Here")}>
        <Facts
          rows={[
            [say("company"), session.companyName],
            [
              say("role"),
              session.isOwner
                ? say("{name}, owner", { name: roleName(session.role?.name ?? "") })
                : ((session.role && roleName(session.role.name)) ??
                  (method === "provider" ? say("as the yellow line says") : say("what the link was made with"))),
            ],
            [say("signed in by"), told(method ?? "a token")],
            [
              say("sees"),
              session.labels === null
                ? say("every asset")
                : say("assets labeled {labels}", { labels: oneOf(session.labels) }),
            ],
            [say("ends"), <Time key="ends" at={session.expiresAt} />],
          ]}
        />
      </Panel>
      {person && (method === "password" || method === "passkey") && (
        <>
          <Panel title={say("Name")}>
            <Name name={person.name} />
          </Panel>
          <Password />
          <Panel title={say("Second factors")} flush>
            <Factors />
          </Panel>
        </>
      )}
      {person && method !== "provider" && <MyMailPanel />}
      <ThisBrowser />
      {person && <Sessions />}
    </Page>
  );
};
