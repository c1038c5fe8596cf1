import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { useTitle } from "../../ui/hooks.ts";
import { Gate, Refusal } from "./credentials.tsx";
import { takeToken } from "./token.ts";
import { say } from "../../ui/texts.ts";

/** Chooses a new password by a link. */
export const ResetPage = () => {
  useTitle(say("New password"));
  const [token] = useState(() => takeToken("/reset"));
  const [password, setPassword] = useState("");
  const reset = useMutation({
    mutationFn: () => call(contract.people.resetPassword, { body: { token, password } }),
  });
  if (reset.isSuccess) {
    return (
      <Gate title={say("The password is changed")}>
        <p>{say("Every session that you had has ended.")}</p>
        <Link to="/sign-in" className="button button-primary justify-center">
          {say("Sign in")}
        </Link>
      </Gate>
    );
  }
  return (
    <Gate title={say("Choose a new password")}>
      <form
        className="grid gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          reset.mutate();
        }}
      >
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
        <Refusal error={reset.error} />
        <button
          type="submit"
          className="button button-primary justify-center"
          disabled={reset.isPending || token === ""}
        >
          {say("Change the password")}
        </button>
        {token === "" && (
          <p className="text-dim">{say("This address holds no token: open the whole link that you were given.")}</p>
        )}
      </form>
    </Gate>
  );
};
