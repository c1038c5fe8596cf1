import {
  findCredential,
  findRotated,
  OLD_SECRET_MS,
  parseToken,
  revokeCredential,
  shownSession,
} from "../../platform/auth/index.ts";
import type { RequestContext } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";

/** A session by its hash, as a browser showed it. */
export interface ShownSession {
  readonly companyId: number;
  readonly hash: Buffer;
}

/** The session whose cookie a request shows, whatever it is worth; null for none. */
export const sessionShownBy = ({
  cookies,
  secure,
}: Pick<RequestContext, "cookies" | "secure">): ShownSession | null => {
  const token = parseToken(shownSession(cookies, secure) ?? "");
  return token?.kind === "session" ? { companyId: token.companyId, hash: token.hash } : null;
};

/**
 * Ends the session over which somebody signed in: the browser has another one now, so nobody could sign the former one out. Nothing
 * where it has ended already.
 */
export const endShown = async (
  { db, now, ip }: Pick<RequestContext, "db" | "now" | "ip">,
  shown: ShownSession | null,
): Promise<void> => {
  if (shown === null) return;
  const { companyId, hash } = shown;
  const since = new Date(now.getTime() - OLD_SECRET_MS.session);
  await db.withCompany(companyId, async (tx) => {
    const found =
      (await findCredential(tx, companyId, hash, now)) ??
      (await findRotated(tx, companyId, "session", hash, since, now));
    if (found === null || (await revokeCredential(tx, companyId, found.id, ["session"], now)) === null) return;
    const row = { companyId, actor: found.subject, action: "session.end", target: found.id, ip };
    await writeAudit(tx, { ...row, detail: { signedInOver: true } });
  });
};
