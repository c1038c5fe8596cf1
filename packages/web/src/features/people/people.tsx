import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type Invitation, type Member, queries, type Session } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { Block, Empty } from "../../ui/states.tsx";
import { type Column, PagedTable } from "../../ui/table.tsx";
import { Invite } from "./invite.tsx";
import { MemberPanel, usePeople } from "./member.tsx";
import { CompanySessions } from "./sessions.tsx";
import { roleName } from "../../ui/role-name.ts";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const Said = ({ error }: { error: Error | null }) =>
  error && (
    <span role="alert" className="truncate text-bad" title={error.message}>
      {error.message}
    </span>
  );

const RoleChoice = ({ member }: { member: Member }) => {
  const roles = useQuery(queries.roles());
  const may = useMay("users:manage");
  const [role, setRole] = useState(member.role.id);
  const change = usePeople(() =>
    call(contract.people.changePerson, { params: { id: member.id }, body: { role } }).catch((error: unknown) => {
      setRole(member.role.id);
      throw error;
    }),
  );
  if (!may || member.isOwner || member.deactivatedAt)
    return <>{member.isOwner ? say("owner") : roleName(member.role.name)}</>;
  return (
    <span className="inline-flex items-center gap-2">
      <select
        className="field h-6 py-0"
        aria-label={say("Role of {email}", { email: member.email })}
        value={role}
        onChange={(e) => setRole(e.target.value)}
      >
        {(roles.data?.rows ?? []).map((r) => (
          <option key={r.id} value={r.id} disabled={!r.mayGive}>
            {roleName(r.name)}
          </option>
        ))}
      </select>
      {role !== member.role.id && (
        <button type="button" className="act" onClick={() => change.mutate()} disabled={change.isPending}>
          {say("Give")}
        </button>
      )}
      <Said error={change.error} />
    </span>
  );
};

const Manage = ({ member, session, onOpen }: { member: Member; session: Session; onOpen: () => void }) => {
  if (member.id === session.person?.id) return <span className="text-dim">{say("this is you")}</span>;
  if (member.isOwner) return <span className="text-dim">{say("the owner")}</span>;
  return (
    <button type="button" className="act" onClick={onOpen} aria-label={say("Manage {email}", { email: member.email })}>
      {say("Manage")}
    </button>
  );
};

const columnsOf = (session: Session, onOpen: ((id: string) => void) | null): readonly Column<Member>[] => [
  {
    head: "Person",
    className: "full",
    cell: (m) => (
      <>
        {m.name} <span className="mono text-dim">{m.email}</span>
      </>
    ),
  },
  { head: "Role", width: "230px", label: say("role"), cell: (m) => <RoleChoice key={m.role.id} member={m} /> },
  {
    head: "Sees",
    width: "150px",
    className: "wide-only",
    cell: (m) => (m.labels === null ? <span className="text-dim">{say("every asset")}</span> : m.labels.join(", ")),
  },
  { head: "Came by", width: "90px", className: "wide-only", cell: (m) => told(m.source) },
  {
    head: "Last seen",
    width: "110px",
    label: say("seen"),
    cell: (m) => (m.deactivatedAt ? <span className="text-warn">{say("kept out")}</span> : <Time at={m.lastSeenAt} />),
  },
  ...(onOpen
    ? [
        {
          head: "Actions",
          width: "110px",
          className: "end",
          cell: (m: Member) => <Manage member={m} session={session} onOpen={() => onOpen(m.id)} />,
        },
      ]
    : []),
];

const RevokeInvitation = ({ invitation }: { invitation: Invitation }) => {
  const revoke = usePeople(() => call(contract.invitations.revokeInvitation, { params: { id: invitation.id } }));
  if (invitation.state !== "open") return <span className="text-dim">{told(invitation.state)}</span>;
  return (
    <span className="inline-flex gap-4">
      <Said error={revoke.error} />
      <Confirm
        verb={say("Take back")}
        question={say("The link for {email} ends", { email: invitation.email })}
        onConfirm={() => revoke.mutate()}
      />
    </span>
  );
};

const INVITATIONS: readonly Column<Invitation>[] = [
  { head: "Invited", className: "full", cell: (i) => <span className="mono">{i.email}</span> },
  { head: "As", width: "160px", label: say("as"), cell: (i) => roleName(i.role.name) },
  { head: "By", width: "minmax(0, 1fr)", className: "wide-only", cell: (i) => told(i.invitedBy) },
  {
    head: "Ends",
    width: "120px",
    label: say("ends"),
    cell: (i) => (i.state === "open" ? <Time at={i.expiresAt} /> : "–"),
  },
  { head: "Actions", width: "140px", className: "end", cell: (i) => <RevokeInvitation invitation={i} /> },
];

/** The people of the company: who, in what role, since when; invitations; open sessions. */
export const PeoplePage = () => {
  const [q, setQ] = useState("");
  const [openId, setOpenId] = useState<string | null>(null);
  const pages = useInfiniteQuery(queries.people(q));
  const invitations = useInfiniteQuery(queries.invitations());
  const session = useQuery(queries.session()).data;
  const mayManage = useMay("users:manage");
  if (!session) return null;
  const open = pages.data?.pages.flatMap((page) => page.rows).find(({ id }) => id === openId);
  const isEmpty = q === "" && pages.data?.pages[0]?.rows.length === 0;
  return (
    <Page
      title={say("People")}
      lead={say("Who may sign in to {companyName}, and what each may do", { companyName: session.companyName })}
    >
      {q === "" && pages.isPending && <Block className="h-16" />}
      {session.person === null && session.method === "link" && (
        <p className="panel px-4 py-3">
          {say(
            "You are signed in by the server's link. Invite yourself below: with an account of your own the audit trail knows your name, and the link is needed only in an emergency.",
          )}
          {isEmpty && ` ${say("Who joins first is the owner and may do everything, whatever role you choose.")}`}
        </p>
      )}
      {mayManage && <Invite />}
      <Panel
        title={say("Members")}
        flush
        aside={
          <input
            className="field h-7 w-56 max-w-full"
            type="search"
            placeholder={say("part of a name or email")}
            aria-label={say("Part of a name or email")}
            value={q}
            onChange={(e) => setQ(e.target.value)}
          />
        }
      >
        <PagedTable
          pages={pages}
          noun="people"
          label={say("Members")}
          keyOf={(m) => m.id}
          cardHeight={108}
          columns={columnsOf(session, mayManage ? setOpenId : null)}
          empty={
            <Empty
              title={
                q === "" ? say("Nobody has an account yet") : say('Nobody here has "{q}" in the name or email', { q })
              }
            >
              {q === "" &&
                say("An invitation is a link: it goes out by mail where a mail server is set, else you hand it over.")}
            </Empty>
          }
        />
      </Panel>
      {open && mayManage && (
        <MemberPanel key={open.id} member={open} session={session} onClose={() => setOpenId(null)} />
      )}
      <Panel title={say("Invitations")} flush>
        <PagedTable
          pages={invitations}
          noun="invitations"
          label={say("Invitations")}
          keyOf={(i) => i.id}
          cardHeight={88}
          columns={INVITATIONS}
          empty={<Empty title={say("No invitation is open")} />}
        />
      </Panel>
      <CompanySessions />
    </Page>
  );
};
