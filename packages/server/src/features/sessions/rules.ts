import { AppError } from "@zerotrace/core";
import { parseToken } from "../../platform/auth/index.ts";

/** A sign-in link works this long, milliseconds. */
export const LINK_MS = 15 * 60_000;

/** The link that a person opens. The token is in the fragment, so that no server log and no referrer holds it. */
export const signInUrl = (baseUrl: string, secret: string): string =>
  `${baseUrl.replace(/\/+$/, "")}/sign-in#token=${secret}`;

/** The refusal of a sign-in link, whatever is wrong with it. */
export const badSignInLink = (): AppError =>
  new AppError("UNAUTHENTICATED", "The link was used already or has expired: get a new one with `zerotrace sign-in`.", {
    field: "token",
  });

/** The company and hash of a sign-in link's token. Throws UNAUTHENTICATED for anything else. */
export const parseSignInToken = (text: string): { companyId: number; hash: Buffer } => {
  const token = parseToken(text);
  if (token?.kind !== "signin") throw badSignInLink();
  return token;
};
