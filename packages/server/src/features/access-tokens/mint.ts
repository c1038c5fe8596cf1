import { AppError, type Permission } from "@zerotrace/core";
import { SignJWT } from "jose";
import { randomUUID } from "node:crypto";
import { ACCESS_TOKEN_CHARS_MAX, ACCESS_TOKEN_TYPE } from "../../platform/auth/index.ts";
import type { SigningKeys } from "./keys.ts";

/** What an access token is to say. */
export interface Grant {
  readonly companyId: number;
  /** The API token. */
  readonly credentialId: string;
  readonly permissions: readonly Permission[];
  readonly labels: readonly string[] | null;
  readonly audience: string;
  readonly now: Date;
  readonly endsAt: Date;
}

export interface Minted {
  readonly id: string;
  readonly text: string;
}

const secondsOf = (at: Date): number => Math.floor(at.getTime() / 1000);

/** Signs an access token with the key in force. It is worth nothing until it is stored. Throws BAD_REQUEST where it would be too long. */
export const mint = async (keys: SigningKeys, issuer: string, grant: Grant): Promise<Minted> => {
  const { companyId, credentialId, permissions, labels, audience, now, endsAt } = grant;
  const { id: kid, algorithm: alg, key } = await keys.current();
  const id = randomUUID();
  const text = await new SignJWT({ company: companyId, client_id: credentialId, permissions, labels })
    .setProtectedHeader({ alg, kid, typ: ACCESS_TOKEN_TYPE })
    .setIssuer(issuer)
    .setAudience(audience)
    // two companies may give their tokens the same name
    .setSubject(`${companyId}/${credentialId}`)
    .setIssuedAt(secondsOf(now))
    .setNotBefore(secondsOf(now))
    .setExpirationTime(secondsOf(endsAt))
    .setJti(id)
    .sign(key);
  if (text.length > ACCESS_TOKEN_CHARS_MAX) {
    throw new AppError("BAD_REQUEST", "The access token would be too long: ask for fewer permissions.", {
      field: "permissions",
    });
  }
  return { id, text };
};
