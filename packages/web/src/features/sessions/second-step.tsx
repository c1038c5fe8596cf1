import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract, type Session } from "../../api.ts";
import { Gate, Refusal } from "./credentials.tsx";
import { canUsePasskeys, signInByPasskey } from "./passkey.ts";
import { Field } from "../../ui/field.tsx";
import { say } from "../../ui/texts.ts";

/** What the first step answered where a second is asked for. */
export interface Asked {
  readonly ticket: string;
  readonly factors: readonly string[];
}

type CodeKind = "totp" | "recovery";
const LABELS: Readonly<Record<CodeKind, string>> = {
  totp: say("the code that your authenticator app shows"),
  recovery: say("one of your recovery codes"),
};

/** A button that asks for a passkey, alone or as the second step. */
export const PasskeyButton = ({ ticket, onEnter }: { ticket?: string; onEnter: (session: Session) => void }) => {
  const show = useMutation({ mutationFn: () => signInByPasskey(ticket), onSuccess: onEnter });
  if (!canUsePasskeys()) return null;
  return (
    <>
      <Refusal error={show.error} />
      <button type="button" className="button justify-center" disabled={show.isPending} onClick={() => show.mutate()}>
        {show.isPending ? say("Waiting for your passkey…") : say("Use a passkey")}
      </button>
    </>
  );
};

/** The second step of signing in: a code, a recovery code or a passkey. */
export const SecondStep = ({
  asked: { ticket, factors },
  onEnter,
  onAgain,
}: {
  asked: Asked;
  onEnter: (session: Session) => void;
  onAgain: () => void;
}) => {
  const [kind, setKind] = useState<CodeKind | null>(factors.includes("totp") ? "totp" : null);
  const [code, setCode] = useState("");
  const send = useMutation({
    mutationFn: () => call(contract.factors.signInSecond, { body: { ticket, kind: kind ?? "totp", code } }),
    onSuccess: onEnter,
  });
  const choose = (next: CodeKind) => {
    setKind(next);
    setCode("");
    send.reset();
  };
  return (
    <Gate title={say("One more step")}>
      {kind && (
        <form
          className="grid gap-4"
          onSubmit={(e) => {
            e.preventDefault();
            send.mutate();
          }}
        >
          <Field
            name="code"
            required
            key={kind}
            label={LABELS[kind]}
            autoComplete={kind === "totp" ? "one-time-code" : "off"}
            value={code}
            onChange={setCode}
          />
          <Refusal error={send.error} />
          <button type="submit" className="button button-primary justify-center" disabled={send.isPending}>
            {send.isPending ? say("Signing in…") : say("Sign in")}
          </button>
        </form>
      )}
      {factors.includes("passkey") && <PasskeyButton ticket={ticket} onEnter={onEnter} />}
      <p className="flex flex-wrap gap-x-6 gap-y-1">
        {kind !== "totp" && factors.includes("totp") && (
          <button type="button" className="act" onClick={() => choose("totp")}>
            {say("Use a code of the app")}
          </button>
        )}
        {kind !== "recovery" && factors.includes("recovery") && (
          <button type="button" className="act" onClick={() => choose("recovery")}>
            {say("Use a recovery code")}
          </button>
        )}
        <button type="button" className="act" onClick={onAgain}>
          {say("Begin again")}
        </button>
      </p>
      <p className="text-sm text-dim">
        {say(
          "This step is open for 5 minutes and 5 tries. Nothing of it at hand? An administrator of your company can reset your second factors.",
        )}
      </p>
    </Gate>
  );
};
