import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract, type Session, takeSession } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { useTitle } from "../../ui/hooks.ts";
import { Command } from "../../ui/marks.tsx";
import { Gate, Refusal } from "./credentials.tsx";
import { Forgotten } from "./forgotten.tsx";
import { type Asked, PasskeyButton, SecondStep } from "./second-step.tsx";
import { say } from "../../ui/texts.ts";

/** Pages that are only a way in. */
const WAYS_IN = /^\/(sign-in|join|reset)\b/;

/** Takes the session that signing in gave to the whole dashboard; who was asked in the middle of a page stays there. */
export const useEnter = () => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  return (session: Session): void => {
    takeSession(client, session);
    if (WAYS_IN.test(router.state.location.pathname)) void navigate({ to: "/", replace: true });
  };
};

/** The ways of a company to sign in elsewhere, asked for by the domain of an email. */
const Elsewhere = ({ email }: { email: string }) => {
  const ways = useMutation({ mutationFn: () => call(contract.sso.signInOptions, { query: { email } }) });
  if (ways.data && ways.data.providers.length > 0) {
    return (
      <ul className="grid gap-2">
        {ways.data.providers.map((p) => (
          <li key={p.startUrl}>
            <a className="button w-full justify-center" href={p.startUrl}>
              {p.name} ({p.companyName})
            </a>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <div className="grid gap-1">
      <button
        type="button"
        className="button w-full justify-center"
        onClick={() => ways.mutate()}
        disabled={ways.isPending}
      >
        {say("Use single sign-on")}
      </button>
      {ways.data && <p className="text-sm text-dim">{say("No company signs people of this address in elsewhere.")}</p>}
      {ways.error && (
        <p className="text-sm text-dim">{email === "" ? say("Write your email above first.") : ways.error.message}</p>
      )}
    </div>
  );
};

/** Signs in by email and password, single sign-on, or the link of the server's machine. */
export const PasswordForm = ({ notice }: { notice?: string }) => {
  useTitle(say("Sign in"));
  const enter = useEnter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState<Asked | null>(null);
  const [hasForgotten, setForgotten] = useState(false);
  const signIn = useMutation({
    mutationFn: () => call(contract.people.signInByPassword, { body: { email, password } }),
    onSuccess: (answer) => ("next" in answer ? setAsked(answer) : enter(answer)),
  });
  if (asked) return <SecondStep asked={asked} onEnter={enter} onAgain={() => setAsked(null)} />;
  if (hasForgotten) return <Forgotten email={email} onBack={() => setForgotten(false)} />;
  return (
    <Gate title={say("Sign in")}>
      {notice && <p className="panel px-4 py-3">{notice}</p>}
      <form
        className="grid gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          signIn.mutate();
        }}
      >
        <Field
          name="email"
          required
          label={say("email")}
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
        />
        <Field
          name="password"
          required
          label={say("password")}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
        />
        <Refusal error={signIn.error} />
        <button type="submit" className="button button-primary justify-center" disabled={signIn.isPending}>
          {signIn.isPending ? say("Signing in…") : say("Sign in")}
        </button>
        <button type="button" className="act justify-self-start" onClick={() => setForgotten(true)}>
          {say("Forgot your password?")}
        </button>
      </form>
      <PasskeyButton onEnter={enter} />
      <Elsewhere email={email} />
      <details className="text-sm">
        <summary className="cursor-pointer text-dim">{say("No account yet, or locked out?")}</summary>
        <div className="mt-2 grid gap-2">
          <p>
            {say(
              "Ask an administrator of your company: they invite people, and help whoever lost a second factor. Nobody has an account yet, or no administrator gets in?",
            )}{" "}
            <code>{say("npm start")}</code>{" "}
            {say("prints a one-time link. For a new one, run this where the server runs:")}
          </p>
          <Command text="npx zerotrace sign-in" />
        </div>
      </details>
    </Gate>
  );
};
