import { newToken } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { insertInvitation } from "../invitations/index.ts";

/** An invitation of the first administrator works this long, milliseconds. */
const INVITATION_MS = 7 * 86_400_000;

/** Invites the first administrator, in the scope of the new company. The secret is in the link and nowhere else. */
export const inviteAdministrator = async (
  tx: Tx,
  companyId: number,
  { email, invitedBy, now, publicUrl }: { email: string; invitedBy: string; now: Date; publicUrl: string },
): Promise<{ url: string; expiresAt: Date }> => {
  const { secret, hash } = newToken("invitation", companyId);
  const expiresAt = new Date(now.getTime() + INVITATION_MS);
  const invitation = { email: email.toLowerCase(), role: "admin", labels: null, invitedBy, expiresAt, hash };
  await insertInvitation(tx, companyId, invitation);
  return { url: `${publicUrl.replace(/\/+$/, "")}/join#token=${secret}`, expiresAt };
};
