import type { Tx } from "../../platform/db/index.ts";
import { insertInvitation, newInvitationLinks } from "../invitations/index.ts";

/** An invitation of the first administrator works this long, milliseconds. */
const INVITATION_MS = 7 * 86_400_000;

/** Invites the first administrator, in the scope of the new company. The secrets are in the links and nowhere else. */
export const inviteAdministrator = async (
  tx: Tx,
  companyId: number,
  { email, invitedBy, now, publicUrl }: { email: string; invitedBy: string; now: Date; publicUrl: string },
): Promise<{ url: string; mailedUrl: string; expiresAt: Date }> => {
  const { hash, mailedHash, url, mailedUrl } = newInvitationLinks(companyId, publicUrl);
  const expiresAt = new Date(now.getTime() + INVITATION_MS);
  const invitation = {
    email: email.toLowerCase(),
    role: "admin",
    labels: null,
    invitedBy,
    expiresAt,
    hash,
    mailedHash,
  };
  await insertInvitation(tx, companyId, invitation);
  return { url, mailedUrl, expiresAt };
};
