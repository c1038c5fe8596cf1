import type { Passwords } from "./password/hash.ts";
import type { BackOff } from "./sign-in/back-off.ts";

/** Which second factors a person has set up. */
export interface SecondFactors {
  /** Their kinds, `totp`, `passkey`, `recovery`; empty where the password alone is enough. */
  factorsOf(personId: string): Promise<string[]>;
}

/** What people and their sign-in need of the rest. */
export interface PeopleDeps {
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** The dashboard's origin as people reach it; asked for with each link, because the port is known after listening. */
  readonly publicUrl: () => string;
  readonly passwords: Passwords;
  readonly backOff: BackOff;
  readonly factors: SecondFactors;
}
