import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { useTitle } from "../../ui/hooks.ts";
import { Gate, Refusal } from "./credentials.tsx";
import { say } from "../../ui/texts.ts";

/** What follows once it was asked for: where to look, or whom to ask where this server sends no mail. */
const Asked = ({ email, mailed }: { email: string; mailed: boolean }) =>
  mailed ? (
    <>
      <p>
        {say(
          "If {email} has an account here, a mail is on its way. Its link works once, within an hour. Nothing after a few minutes? Look among unwanted mail, and whether the address is right.",
          { email },
        )}
      </p>
      <p className="text-sm text-dim">
        {say("Who signs in by single sign-on has no password here: the mail then says so.")}
      </p>
    </>
  ) : (
    <p>
      {say(
        "This server sends no mail. Ask an administrator of your company: under People they make a link by which you choose a new password.",
      )}
    </p>
  );

/** Asks for a link for a new password. The answer never tells whether the account exists. */
export const Forgotten = ({ email: given, onBack }: { email: string; onBack: () => void }) => {
  useTitle(say("Forgot your password?"));
  const [email, setEmail] = useState(given);
  const ask = useMutation({ mutationFn: () => call(contract.people.forgotPassword, { body: { email } }) });
  return (
    <Gate title={say("Forgot your password?")}>
      <output className="grid gap-4">{ask.data && <Asked email={email} mailed={ask.data.mailed} />}</output>
      {ask.data === undefined && (
        <form
          className="grid gap-4"
          onSubmit={(e) => {
            e.preventDefault();
            ask.mutate();
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
            hint={say("You get a link by which you choose a new one. Until then the present one stays.")}
          />
          <Refusal error={ask.error} />
          <button type="submit" className="button button-primary justify-center" disabled={ask.isPending}>
            {say("Send me a link")}
          </button>
        </form>
      )}
      <button type="button" className="act justify-self-start" onClick={onBack}>
        {say("Back to signing in")}
      </button>
    </Gate>
  );
};
