import type { Endpoint } from "../../platform/http/index.ts";
import { createToken } from "./create.ts";
import { listTokens, revokeToken } from "./manage.ts";

export interface TokenDeps {
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
}

/** The routes that create, list and revoke enrollment and API tokens. */
export const tokenRoutes = (deps: TokenDeps): Endpoint[] => [createToken(), listTokens(), revokeToken(deps)];
