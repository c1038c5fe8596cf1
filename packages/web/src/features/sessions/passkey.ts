import { call, contract, type Session } from "../../api.ts";
import { say } from "../../ui/texts.ts";

/** Whether this browser can make and show passkeys here: not under a bare address, and only on https or localhost. */
export const canUsePasskeys = (): boolean =>
  typeof window.PublicKeyCredential === "function" && !/^(\d+\.){3}\d+$|^\[/.test(window.location.hostname);

/** What the browser threw, in words for who tried. */
const said = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(say("The browser gave no passkey."));
  if (error.name === "NotAllowedError")
    return new Error(say("No passkey was given: it was stopped, or took too long."));
  if (error.name === "InvalidStateError") return new Error(say("This device holds a passkey of your account already."));
  return error;
};

/** Asks the browser for a passkey and signs in with it; with a ticket as the second step. Rejects with what went wrong. */
export const signInByPasskey = async (ticket?: string): Promise<Session> => {
  const { startAuthentication } = await import("@simplewebauthn/browser");
  const { options } = await call(contract.factors.passkeySignInOptions, {
    body: ticket === undefined ? {} : { ticket },
  });
  const response = await startAuthentication({ optionsJSON: options }).catch((error: unknown) => {
    throw said(error);
  });
  return call(contract.factors.signInByPasskey, {
    body: { response: response, ...(ticket === undefined ? {} : { ticket }) },
  });
};

/** Has the browser make a passkey and adds it; answers recovery codes where it is the first factor. */
export const addPasskey = async (label: string, password: string | undefined): Promise<string[] | null> => {
  const { startRegistration } = await import("@simplewebauthn/browser");
  const { options } = await call(contract.factors.passkeyAddOptions, { body: { password } });
  const response = await startRegistration({ optionsJSON: options as never }).catch((error: unknown) => {
    throw said(error);
  });
  const added = await call(contract.factors.addPasskey, { body: { label, response: response } });
  return added.recoveryCodes;
};
