import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import type { SamlProvider } from "./sql.ts";

/** What a composition root gives to single sign-on. */
export interface SsoOptions {
  readonly db: Database;
  readonly keys: CompanyKeys;
  /** Makes a revocation felt at once; called after the commit. */
  readonly forget: (credentialId: string) => void;
  /** The dashboard's origin as people reach it; asked for with each use, because the port is known after listening. */
  readonly publicUrl: () => string;
  /** Hosts, or host:port, of identity providers that may be asked though not public or without TLS. */
  readonly ssoHosts: readonly string[];
  /** The groups in which a directory has a member; null where no directory brought the member. */
  readonly directoryGroups: (tx: Tx, companyId: number, personId: string) => Promise<string[] | null>;
}

export interface SsoDeps extends SsoOptions {
  /** For what identity providers are asked: public addresses, TLS, small answers. */
  readonly fetch: typeof fetch;
}

/** Where a provider's secret is sealed to. */
export const secretPlace = (providerId: string) => ({ table: "identity_provider", column: "secret", row: providerId });

/** The private keys (PEM) for which a SAML provider may have encrypted, newest first. */
export const samlKeys = async (
  { keys }: Pick<SsoOptions, "keys">,
  tx: Tx,
  companyId: number,
  { id, secret }: Pick<SamlProvider, "id" | "secret">,
): Promise<string[]> =>
  secret === null ? [] : (JSON.parse(await keys.open(tx, companyId, secretPlace(id), secret)) as string[]);

/** The addresses of our side. */
export const addressesOf = (publicUrl: string, companyId: number, providerId: string) => {
  const base = `${publicUrl.replace(/\/+$/, "")}/api/v1/sso`;
  const own = `${base}/${companyId}/${providerId}`;
  const signedOut = `${publicUrl.replace(/\/+$/, "")}/sign-in`;
  return {
    signedOut,
    start: `${own}/start`,
    callback: `${base}/callback`,
    acs: `${own}/acs`,
    metadata: `${own}/metadata`,
  };
};
