import { messageOf } from "@zerotrace/core";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import type { SsoDeps } from "./deps.ts";
import { faultOf, type Oidc } from "./oidc.ts";
import { noProvider } from "./rules.ts";
import { certificateOf, readIdpMetadata } from "./saml-metadata.ts";
import { type OidcProvider, providerById, type SamlProvider } from "./sql.ts";
import { fetchMetadata } from "./wish.ts";

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}
const DAY_MS = 86_400_000;
/** From here on a certificate's end is told. */
const SOON_DAYS = 30;

const ofOidc = async (oidc: Oidc, companyId: number, provider: OidcProvider): Promise<Check[]> => {
  try {
    return (await oidc.probe(companyId, provider)).map((check) => ({ ...check, ok: true }));
  } catch (error) {
    return [{ name: "discovery", ok: false, detail: faultOf(error) }];
  }
};

const certificateCheck = (certificate: string, at: number, now: Date): Check => {
  const name = `certificate ${at + 1}`;
  try {
    const { fingerprint, until } = certificateOf(certificate);
    const days = Math.floor((until.getTime() - now.getTime()) / DAY_MS);
    const end = until.toISOString().slice(0, 10);
    // the signature counts, not the date: a provider's certificate is a key in an envelope
    const word = days < 0 ? "ended" : days < SOON_DAYS ? `ends in ${days} days` : "good until";
    return { name, ok: true, detail: `${word} ${end}, SHA-256 ${fingerprint}` };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
};

const published = async (deps: SsoDeps, { config }: SamlProvider): Promise<Check[]> => {
  if (config.metadataUrl === null) return [];
  const name = "metadata";
  try {
    const { issuer, entryPoint, certificates } = readIdpMetadata(await fetchMetadata(deps.fetch, config.metadataUrl));
    const own = new Set(config.certificates.map((one) => certificateOf(one).fingerprint));
    const wrong = [
      ...(issuer === config.issuer ? [] : [`its issuer is ${issuer}`]),
      ...(entryPoint === config.entryPoint ? [] : [`its entry point is ${entryPoint}`]),
      ...(certificates.every((one) => own.has(certificateOf(one).fingerprint)) ? [] : ["it has another certificate"]),
    ];
    return [{ name, ok: wrong.length === 0, detail: wrong.length === 0 ? "as it is kept here" : wrong.join("; ") }];
  } catch (error) {
    return [{ name, ok: false, detail: faultOf(error) }];
  }
};

/** Asks a provider what it publishes and compares; says all that is wrong. */
export const testRoute = (deps: SsoDeps, oidc: Oidc): Endpoint =>
  implement(routes.testIdentityProvider, {
    audit: "identity_provider.test",
    transaction: "none",
    run: async (context, { params: { id } }) => {
      const { db, identity, now } = context;
      const { companyId, subject: actor } = identity;
      const provider = await db.withCompany(companyId, (tx) => providerById(tx, companyId, id));
      if (provider === null) throw noProvider();
      const checks =
        provider.kind === "oidc"
          ? await ofOidc(oidc, companyId, provider)
          : [
              ...provider.config.certificates.map((one, i) => certificateCheck(one, i, now)),
              ...(await published(deps, provider)),
            ];
      const ok = checks.every((check) => check.ok);
      await db.withCompany(companyId, (tx) => context.record(tx, { companyId, actor, target: id, detail: { ok } }));
      return { ok, checks };
    },
  });
