import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { call, contract } from "../../api.ts";
import { useTitle } from "../../ui/hooks.ts";
import { PasswordForm, useEnter } from "./password-form.tsx";
import { takeToken } from "./token.ts";
import { say } from "../../ui/texts.ts";

/** Takes the token of a one-time link, or asks for email and password. */
export const SignInPage = () => {
  useTitle(say("Sign in"));
  const enter = useEnter();
  const started = useRef(false);
  const [token] = useState(() => takeToken("/sign-in"));
  const signIn = useMutation({
    mutationFn: (given: string) => call(contract.sessions.signIn, { body: { token: given } }),
    onSuccess: enter,
  });
  useEffect(() => {
    if (started.current || token === "") return;
    started.current = true;
    signIn.mutate(token);
  }, [signIn, token]);
  if (signIn.error)
    return (
      <PasswordForm
        notice={say("{message} A link works only once: ask for a new one.", { message: signIn.error.message })}
      />
    );
  if (token === "") return <PasswordForm />;
  return <output className="block p-8 text-center text-dim">{say("Signing in…")}</output>;
};
