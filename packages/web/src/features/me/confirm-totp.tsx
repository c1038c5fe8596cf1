import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { Field } from "../../ui/field.tsx";
import { Copy } from "../../ui/marks.tsx";
import { Refusal } from "../sessions/credentials.tsx";
import { QrCode } from "./qr-code.tsx";
import { say } from "../../ui/texts.ts";

/** An authenticator app that was begun. */
export interface Started {
  readonly id: string;
  readonly secret: string;
  readonly uri: string;
}

/** Shows the secret of an authenticator app, and asks for its first code. */
export const ConfirmTotp = ({
  started: { id, secret, uri },
  onConfirmed,
  onStop,
}: {
  started: Started;
  onConfirmed: (codes: string[] | null) => void;
  onStop: () => void;
}) => {
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => call(contract.factors.confirmTotp, { params: { id }, body: { code } }),
    onSuccess: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  return (
    <div className="flex flex-wrap gap-6">
      <QrCode text={uri} label={say("QR code for the authenticator app")} />
      <form
        className="grid max-w-md min-w-0 content-start gap-4"
        onSubmit={(e) => {
          e.preventDefault();
          confirm.mutate();
        }}
      >
        <p>
          {say("Read this code with your authenticator app, or type the secret there:")}{" "}
          <Copy text={secret} label={say("the secret")} />
        </p>
        <Field
          name="code"
          required
          label={say("the code that the app shows")}
          autoComplete="one-time-code"
          value={code}
          onChange={setCode}
        />
        <Refusal error={confirm.error} />
        <div className="flex flex-wrap gap-3">
          <button type="submit" className="button button-primary" disabled={confirm.isPending}>
            {say("Confirm")}
          </button>
          <button type="button" className="button" onClick={onStop}>
            {say("Stop")}
          </button>
        </div>
      </form>
    </div>
  );
};
