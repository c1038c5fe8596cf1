import { AppError } from "@zerotrace/core";
import { OWNER_PERMISSIONS, PROVIDER_PERMISSIONS } from "@zerotrace/core/schema";
import { insertCredential, type NewCredential, newToken, openedBy } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { writeAudit } from "../audit/index.ts";
import { routes } from "./contract.ts";
import type { SessionDeps } from "./index.ts";
import { LINK_MS, signInUrl } from "./rules.ts";
import { isProvider } from "./sql.ts";

const insertLink = async (
  tx: Tx,
  link: Pick<NewCredential, "companyId" | "subject" | "permissions" | "labels" | "personId" | "enrolledBy"> & {
    now: Date;
  },
): Promise<{ id: string; secret: string }> => {
  const { now, ...whose } = link;
  const { secret, hash } = newToken("signin", whose.companyId);
  const expiresAt = new Date(now.getTime() + LINK_MS);
  const { id } = await insertCredential(tx, {
    ...whose,
    kind: "signin",
    hash,
    expiresAt,
    usesLeft: 1,
  });
  return { id, secret };
};

/** Makes a one-time link that signs the company's owner in; for the server's own start. `baseUrl` is the dashboard's origin. */
export const createSignInLink = async (db: Database, companyId: number, baseUrl: string): Promise<string> => {
  const secret = await db.withCompany(companyId, async (tx) => {
    const permissions = (await isProvider(tx, companyId)) ? PROVIDER_PERMISSIONS : OWNER_PERMISSIONS;
    const link = await insertLink(tx, { companyId, subject: "owner", permissions, now: new Date() });
    const row = { companyId, actor: "server", action: "session.link", target: link.id, detail: {}, ip: "" };
    await writeAudit(tx, row);
    return link.secret;
  });
  return signInUrl(baseUrl, secret);
};

/**
 * Makes a one-time link for another browser. A session never holds more than the one who made its link; one that an API token made, through
 * sessions too, ends with the token.
 */
export const createLink = (deps: SessionDeps): Endpoint =>
  implement(routes.createLink, {
    audit: "session.link",
    run: async (context) => {
      const { tx, identity, now } = context;
      const { companyId, subject, labels, personId } = identity;
      if (identity.method === "provider") {
        throw new AppError("FORBIDDEN", "A visit ends when it ends: no link outlasts it.");
      }
      const permissions = PROVIDER_PERMISSIONS.filter((one) => identity.permissions.includes(one));
      const enrolledBy =
        identity.kind === "session" ? await openedBy(tx, companyId, identity.credentialId) : identity.credentialId;
      const { id, secret } = await insertLink(tx, {
        companyId,
        subject,
        permissions,
        labels,
        now,
        ...(personId === undefined ? {} : { personId }),
        ...(enrolledBy === null ? {} : { enrolledBy }),
      });
      context.note(id);
      return { url: signInUrl(deps.publicUrl(), secret) };
    },
  });
