import type { Passwords } from "./password/hash.ts";
import type { Tx } from "../../platform/db/index.ts";
import type { BackOff } from "./sign-in/back-off.ts";

/** A link that opens something, and what a mail says of it. */
export interface LinkToMail {
  readonly kind: "invitation" | "password_reset" | "password_forgotten" | "password_elsewhere";
  readonly address: string;
  /** Null: nobody's yet. */
  readonly personId: string | null;
  readonly link: string;
  readonly person?: string;
  /** Who caused it; left out where that was whom it is sent to. */
  readonly by?: string;
  readonly role?: string;
  /** When the link ends, in ISO 8601; left out where it does not. */
  readonly until?: string;
}

/** Orders the mail of a link in the transaction of its company; false where no mail goes out, and people hand the link over. */
export type MailLink = (tx: Tx, companyId: number, mail: LinkToMail) => Promise<boolean>;

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
  /** Left out where no mail is sent. */
  readonly mailLink?: MailLink;
}
