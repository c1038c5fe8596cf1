import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { useTitle } from "../../ui/hooks.ts";
import { Time } from "../../ui/marks.tsx";
import { Gate, Refusal } from "./credentials.tsx";
import { useEnter } from "./password-form.tsx";
import { type Asked, SecondStep } from "./second-step.tsx";
import { takeToken } from "./token.ts";
import { say } from "../../ui/texts.ts";
import { roleName as roleWord } from "../../ui/role-name.ts";

/** Accepts an invitation: with a new account, with the password of one that is there, or as who is signed in. */
export const JoinPage = () => {
  useTitle(say("Join"));
  const enter = useEnter();
  const [token] = useState(() => takeToken("/join"));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const look = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => call(contract.invitations.lookAtInvitation, { body: { token } }),
    enabled: token !== "",
    staleTime: Infinity,
  });
  const session = useQuery({ ...queries.session(), retry: false });
  const accept = useMutation({
    mutationFn: (hasAccount: boolean) =>
      call(contract.invitations.acceptInvitation, {
        body: hasAccount ? { token, password } : { token, name, password },
      }),
    onSuccess: (answer) => ("next" in answer ? setAsked(answer) : enter(answer)),
  });
  const join = useMutation({
    mutationFn: () => call(contract.invitations.joinByInvitation, { body: { token } }),
    onSuccess: enter,
  });
  if (asked) return <SecondStep asked={asked} onEnter={enter} onAgain={() => setAsked(null)} />;
  if (token === "")
    return (
      <Gate title={say("This address holds no invitation")}>
        {say("Open the whole link that you were given; after a reload, open it again.")}
      </Gate>
    );
  if (look.error) {
    return (
      <Gate title={say("This invitation cannot be accepted")}>
        <Refusal error={look.error} />
      </Gate>
    );
  }
  if (!look.data)
    return <output className="block p-8 text-center text-dim">{say("Looking at the invitation…")}</output>;
  const { companyName, email, roleName, hasAccount, expiresAt } = look.data;
  const isMine = session.data?.person?.email === email;
  return (
    <Gate title={say("Join {companyName}", { companyName })}>
      <p>
        <span className="mono">{email}</span>{" "}
        {say("is invited as {roleName}. The invitation ends", { roleName: roleWord(roleName) })} <Time at={expiresAt} />
        .
      </p>
      {isMine ? (
        <>
          <Refusal error={join.error} />
          <button
            type="button"
            className="button button-primary justify-center"
            disabled={join.isPending}
            onClick={() => join.mutate()}
          >
            {say("Join as {name}", { name: session.data?.person?.name })}
          </button>
        </>
      ) : (
        <form
          className="grid gap-4"
          onSubmit={(e) => {
            e.preventDefault();
            accept.mutate(hasAccount);
          }}
        >
          {!hasAccount && (
            <Field name="name" required label={say("your name")} autoComplete="name" value={name} onChange={setName} />
          )}
          <input type="hidden" autoComplete="username" value={email} readOnly />
          <Field
            name="password"
            required
            label={hasAccount ? say("the password of your account") : say("a new password")}
            type="password"
            autoComplete={hasAccount ? "current-password" : "new-password"}
            value={password}
            onChange={setPassword}
            hint={hasAccount ? undefined : say("Any characters, 8 or more. A few unusual words are best.")}
          />
          <Refusal error={accept.error} />
          <button type="submit" className="button button-primary justify-center" disabled={accept.isPending}>
            {say("Join {companyName}", { companyName })}
          </button>
        </form>
      )}
    </Gate>
  );
};
