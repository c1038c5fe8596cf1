import { OWNER_PERMISSIONS, type Permission } from "@zerotrace/core/schema";
import { insertCredential, newToken } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { routes } from "./contract.ts";
import type { SessionDeps } from "./index.ts";
import { LINK_MS, signInUrl } from "./rules.ts";

const insertLink = async (
  tx: Tx,
  link: { companyId: number; subject: string; permissions: readonly Permission[]; now: Date },
): Promise<{ id: string; secret: string }> => {
  const { companyId, subject, permissions, now } = link;
  const { secret, hash } = newToken("signin", companyId);
  const expiresAt = new Date(now.getTime() + LINK_MS);
  const { id } = await insertCredential(tx, {
    companyId,
    kind: "signin",
    hash,
    subject,
    permissions,
    expiresAt,
    usesLeft: 1,
  });
  return { id, secret };
};

/** Makes a one-time link that signs the company's owner in; for the server's own start. `baseUrl` is the dashboard's origin. */
export const createSignInLink = async (db: Database, companyId: number, baseUrl: string): Promise<string> => {
  const secret = await db.withCompany(companyId, async (tx) => {
    const link = await insertLink(tx, { companyId, subject: "owner", permissions: OWNER_PERMISSIONS, now: new Date() });
    const row = { companyId, actor: "server", action: "session.link", target: link.id, detail: {}, ip: "" };
    await writeAudit(tx, row);
    return link.secret;
  });
  return signInUrl(baseUrl, secret);
};

/** Makes a one-time link for another browser. A session never holds more than the one who made its link. */
export const createLink = (deps: SessionDeps): Endpoint =>
  implement(routes.createLink, {
    audit: "session.link",
    run: async (context) => {
      const { tx, identity, now } = context;
      const { companyId, subject } = identity;
      const permissions = OWNER_PERMISSIONS.filter((one) => identity.permissions.includes(one));
      const { id, secret } = await insertLink(tx, { companyId, subject, permissions, now });
      context.note(id);
      return { url: signInUrl(deps.publicUrl(), secret) };
    },
  });
