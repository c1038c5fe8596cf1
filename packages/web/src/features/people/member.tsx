import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { call, contract, type Member, type Session } from "../../api.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { Check, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { plural } from "../../ui/format.ts";
import { Address, Time } from "../../ui/marks.tsx";
import { Panel } from "../../ui/panel.tsx";
import { ErrorPanel } from "../../ui/states.tsx";
import { scopeOf } from "./scope.ts";
import { say } from "../../ui/texts.ts";

/** A mutation of people that refreshes what it may have changed. */
export const usePeople = (run: () => Promise<unknown>) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () =>
      Promise.all(
        [["people"], ["roles"], ["invitations"], ["company-sessions"], ["session"]].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
};

const Labels = ({ member }: { member: Member }) => {
  const before = member.labels?.join(", ") ?? "";
  const [text, setText] = useState(before);
  const change = usePeople(() =>
    call(contract.people.changePerson, { params: { id: member.id }, body: { labels: scopeOf(text) } }),
  );
  return (
    <Form
      row
      of={change}
      onSend={() => change.mutate()}
      verb={say("Change the labels")}
      tone="plain"
      isOff={text === before}
    >
      <Field
        label={say("only assets with these labels (none: every asset)")}
        className="w-64 max-w-full"
        placeholder="prod, site:berlin"
        value={text}
        onChange={setText}
      />
    </Form>
  );
};

const PasswordLink = ({ member }: { member: Member }) => {
  const make = useMutation({
    mutationFn: () => call(contract.people.createResetLink, { body: { email: member.email } }),
  });
  return (
    <div className="grid justify-items-start gap-2">
      <button type="button" className="button" disabled={make.isPending} onClick={() => make.mutate()}>
        {say("Make a link for a new password")}
      </button>
      {make.error && <ErrorPanel error={make.error} />}
      {make.data && (
        <output className="grid w-full gap-2">
          <p>
            {make.data.mailed
              ? say("The link goes to {email} by mail. It is shown here this once, works once and ends", {
                  email: member.email,
                })
              : say("No mail is sent: give this link to {email} yourself. It is shown this once, works once and ends", {
                  email: member.email,
                })}{" "}
            <Time at={make.data.expiresAt} />.
          </p>
          <Address text={make.data.url} />
        </output>
      )}
    </div>
  );
};

const Verb = ({ children, error, says }: { children: ReactNode; error?: Error | null; says: string }) => (
  <li className="grid gap-1">
    <span className="flex flex-wrap items-baseline gap-x-4">
      {children} <span className="text-sm text-dim">{says}</span>
    </span>
    {error && <ErrorPanel error={error} />}
  </li>
);

const Verbs = ({ member, session }: { member: Member; session: Session }) => {
  const params = { id: member.id };
  const mayRevoke = member.tokenCount > 0 && session.permissions.includes("tokens:manage");
  const [revokes, setRevokes] = useState(true);
  const query = { tokens: mayRevoke && revokes ? "revoke" : "keep" } as const;
  const deactivate = usePeople(() => call(contract.people.deactivatePerson, { params, query }));
  const reactivate = usePeople(() => call(contract.people.reactivatePerson, { params }));
  const remove = usePeople(() => call(contract.people.removePerson, { params, query }));
  const transfer = usePeople(() => call(contract.people.transferOwnership, { params }));
  const resetFactors = usePeople(() => call(contract.factors.resetFactors, { params }));
  const { companyName } = session;
  const says = {
    out: say("Signed out everywhere in {companyName}, and not let in until you let them in again.", { companyName }),
    factors: say("Signs in by the password alone until a new factor is set up, and is signed out everywhere."),
    owner: say("Becomes the owner of {companyName}; you stay as an admin.", { companyName }),
    remove: say("Leaves {companyName}; the account stays.", { companyName }),
  };
  return (
    <ul className="grid gap-2">
      {!member.isEmailProved && (
        <li>{say("No mail has proved this address yet: whoever had the invitation's link may have accepted it.")}</li>
      )}
      {member.tokenCount > 0 && (
        <li>
          {mayRevoke ? (
            <Check checked={revokes} onChange={setRevokes}>
              {say("Keeping out and removing revoke also what they made: {tokens}", {
                tokens: plural(member.tokenCount, "token"),
              })}
            </Check>
          ) : (
            say("They made {tokens}, which stay: whoever manages tokens revokes them.", {
              tokens: plural(member.tokenCount, "token"),
            })
          )}
        </li>
      )}
      {member.deactivatedAt ? (
        <Verb says={say("Kept out of {companyName} now.", { companyName })} error={reactivate.error}>
          <button type="button" className="act" onClick={() => reactivate.mutate()}>
            {say("Let in again")}
          </button>
        </Verb>
      ) : (
        <Verb says={says.out} error={deactivate.error}>
          <Confirm verb={say("Keep out")} question={says.out} onConfirm={() => deactivate.mutate()} />
        </Verb>
      )}
      <Verb says={says.factors} error={resetFactors.error}>
        <Confirm verb={say("Reset factors")} question={says.factors} onConfirm={() => resetFactors.mutate()} />
      </Verb>
      {session.isOwner && !member.deactivatedAt && (
        <Verb says={says.owner} error={transfer.error}>
          <Confirm verb={say("Make owner")} question={says.owner} onConfirm={() => transfer.mutate()} />
        </Verb>
      )}
      <Verb says={says.remove} error={remove.error}>
        <Confirm verb={say("Remove")} question={says.remove} onConfirm={() => remove.mutate()} />
      </Verb>
    </ul>
  );
};

/** What can be done about one member: labels, a forgotten password, factors, ownership, keeping out, removing. */
export const MemberPanel = ({
  member,
  session,
  onClose,
}: {
  member: Member;
  session: Session;
  onClose: () => void;
}) => (
  <Panel
    title={`${member.name}, ${member.email}`}
    aside={
      <button type="button" className="act" onClick={onClose}>
        {say("Close")}
      </button>
    }
  >
    <div className="grid gap-6">
      {!member.deactivatedAt && <Labels key={member.labels?.join(" ")} member={member} />}
      {!member.deactivatedAt && <PasswordLink member={member} />}
      <Verbs member={member} session={session} />
    </div>
  </Panel>
);
