import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { call, contract, queries } from "../../api.ts";
import { useTitle } from "../../ui/hooks.ts";
import { SignInHelp } from "./sign-in-help.tsx";

/** The link's token. It stands in the fragment, which browsers send to no server, so no log ever holds it. */
const tokenOf = (hash: string): string => new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? "";

/** Takes the token of a one-time link, leaves it out of the address at once, and goes to the overview. */
export const SignInPage = () => {
  useTitle("Sign in");
  const navigate = useNavigate();
  const client = useQueryClient();
  const started = useRef(false);
  const [token] = useState(() => tokenOf(window.location.hash));
  const signIn = useMutation({
    mutationFn: (given: string) => call(contract.sessions.signIn, { body: { token: given } }),
    onSuccess: (me) => {
      client.setQueryData(queries.session().queryKey, me);
      void navigate({ to: "/", replace: true });
    },
  });
  useEffect(() => {
    if (started.current || token === "") return;
    started.current = true;
    window.history.replaceState(window.history.state, "", "/sign-in");
    signIn.mutate(token);
  }, [signIn, token]);
  if (signIn.error) {
    return (
      <SignInHelp>
        <p role="alert" className="panel px-4 py-3">
          {signIn.error.message} A link works only once: ask for a new one.
        </p>
      </SignInHelp>
    );
  }
  if (token === "") return <SignInHelp />;
  return <output className="block p-8 text-center text-dim">Signing in…</output>;
};
