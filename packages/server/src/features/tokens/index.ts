import type { Tx } from "../../platform/db/index.ts";
import type { Endpoint } from "../../platform/http/index.ts";
import { createToken } from "./create.ts";
import { listTokens, revokeToken } from "./manage.ts";
import { rotateToken } from "./rotate.ts";

export interface TokenDeps {
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** Agents were revoked with their token; runs in the same transaction. */
  readonly onAgents?: (tx: Tx, companyId: number, assetIds: readonly string[]) => Promise<void>;
}

/** The routes that create, list, rotate and revoke enrollment and API tokens. */
export const tokenRoutes = (deps: TokenDeps): Endpoint[] => [
  createToken(),
  listTokens(),
  revokeToken(deps),
  rotateToken(deps),
];
