import { newToken } from "../../platform/auth/index.ts";

/** The two links of an invitation, and the hashes to store. */
export interface InvitationLinks {
  readonly hash: Buffer;
  readonly mailedHash: Buffer;
  /** Shown once to whoever invites. */
  readonly url: string;
  /** Goes out by mail and nowhere else: whoever shows it reads the mails of the invited address. */
  readonly mailedUrl: string;
}

/** New links under the dashboard's origin. */
export const newInvitationLinks = (companyId: number, publicUrl: string): InvitationLinks => {
  const [shown, mailed] = [newToken("invitation", companyId), newToken("invitation", companyId)];
  const urlOf = (secret: string): string => `${publicUrl.replace(/\/+$/, "")}/join#token=${secret}`;
  return { hash: shown.hash, mailedHash: mailed.hash, url: urlOf(shown.secret), mailedUrl: urlOf(mailed.secret) };
};
