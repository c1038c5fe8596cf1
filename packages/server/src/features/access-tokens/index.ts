import { createAccessTokenVerifier, type JwtAlgorithm, type VerifyAccessToken } from "../../platform/auth/index.ts";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database } from "../../platform/db/index.ts";
import type { Endpoint } from "../../platform/http/index.ts";
import { issueAccessToken } from "./issue.ts";
import { keyRoutes } from "./key-routes.ts";
import { createSigningKeys, type SigningKeys } from "./keys.ts";
import { listAccessTokens, revokeAccessToken } from "./manage.ts";

export { resealSigningKeys, type SigningKeys } from "./keys.ts";

/** Access tokens of this server: what signs them, and what says that one is ours. */
export interface AccessTokens {
  readonly keys: SigningKeys;
  /** Who they say that they are of, and for whom they are unless somebody else is named. */
  readonly issuer: string;
  readonly verify: VerifyAccessToken;
}

/** What tokens say as issuer where the operator names neither an issuer nor an address. */
const ISSUER = "zerotrace";

/** Opens access tokens as the configuration says. */
export const createAccessTokens = (options: {
  readonly db: Database;
  readonly keys: CompanyKeys;
  readonly jwtAlgorithm: JwtAlgorithm;
  readonly jwtIssuer?: string;
  readonly publicUrl?: string;
  readonly now?: () => Date;
}): AccessTokens => {
  const { db, keys: companyKeys, jwtAlgorithm: algorithm, now } = options;
  const keys = createSigningKeys({ db, keys: companyKeys, algorithm, ...(now === undefined ? {} : { now }) });
  const issuer = options.jwtIssuer ?? options.publicUrl ?? ISSUER;
  return {
    keys,
    issuer,
    verify: createAccessTokenVerifier({ keyOf: (id, at) => keys.verifying(id, at), issuer, audience: issuer }),
  };
};

/** The routes of access tokens and of the keys that sign them. */
export const accessTokenRoutes = (
  tokens: AccessTokens,
  deps: { readonly forget: (id: string) => void },
): Endpoint[] => [issueAccessToken(tokens), listAccessTokens(), revokeAccessToken(deps.forget), ...keyRoutes(tokens)];
