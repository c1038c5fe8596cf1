import type { Permission } from "@zerotrace/core";
import { writeAudit } from "./features/audit/index.ts";
import { insertCredential, newToken } from "./platform/auth/index.ts";
import type { Database } from "./platform/db/index.ts";

const ENROLLMENT_MS = 3_600_000;
const API_MS = 365 * 24 * 3_600_000;

/** A token that the server gives to this machine itself: a one-time enrollment, or an API token for a year. */
export const issueToken = async (
  db: Database,
  companyId: number,
  token: { kind: "enrollment" | "api"; label: string; permissions: readonly Permission[] },
): Promise<string> => {
  const { secret, hash } = newToken(token.kind, companyId);
  await db.withCompany(companyId, async (tx) => {
    const { id } = await insertCredential(tx, {
      companyId,
      kind: token.kind,
      hash,
      subject: token.label,
      label: token.label,
      permissions: token.permissions,
      expiresAt: new Date(Date.now() + (token.kind === "enrollment" ? ENROLLMENT_MS : API_MS)),
      ...(token.kind === "enrollment" ? { usesLeft: 1 } : {}),
    });
    await writeAudit(tx, {
      companyId,
      actor: "server",
      action: "token.create",
      target: id,
      detail: { kind: token.kind },
      ip: "",
    });
  });
  return secret;
};
