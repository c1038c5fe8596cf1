import { createHash } from "node:crypto";
import { type Endpoint, implement, reply, type RequestContext } from "../../platform/http/index.ts";
import { endShown, sessionShownBy } from "../sessions/index.ts";
import { admit } from "./admit.ts";
import { routes } from "./contract.ts";
import { elsewhereCookie } from "./elsewhere.ts";
import { addressesOf, type SsoDeps } from "./deps.ts";
import type { Oidc } from "./oidc.ts";
import { refusalPage } from "./page.ts";
import { domainOf, emailOf, localPath, noProvider, refused } from "./rules.ts";
import { ownMetadata, startSaml, verifySaml } from "./saml.ts";
import { isCompanyActive, providerById, type ProviderRow, providersOfDomain, useOnce } from "./sql.ts";
import {
  endedTransaction,
  openTicket,
  sealTicket,
  SIGN_IN_MS,
  type Transaction,
  transactionCookie,
  transactionOf,
} from "./transaction.ts";

type Kind = ProviderRow["kind"];

const NO_STORE = { "cache-control": "no-store" };
const redirect = (location: string, cookies: readonly string[] = []) =>
  reply({
    headers: { ...NO_STORE, location, ...(cookies.length === 0 ? {} : { "set-cookie": [...cookies] }) },
    body: "",
  });

/** The enabled provider with this id, and of one kind where that is asked. Throws NOT_FOUND for all others alike. */
const enabledProvider = async <K extends Kind>(
  { db }: SsoDeps,
  companyId: number,
  id: string,
  kind?: K,
): Promise<Extract<ProviderRow, { kind: K }>> => {
  const found = await db.withCompany(companyId, async (tx) =>
    (await isCompanyActive(tx, companyId)) ? providerById(tx, companyId, id) : null,
  );
  if (found === null || !found.enabled || (kind !== undefined && found.kind !== kind)) throw noProvider();
  return found as Extract<ProviderRow, { kind: K }>;
};

const once = async (deps: SsoDeps, companyId: number, name: string, expiresAt: Date): Promise<void> => {
  const id = createHash("sha256").update(name).digest();
  if (await deps.db.withCompany(companyId, (tx) => useOnce(tx, companyId, id, expiresAt))) return;
  throw refused(new Error("it was used before"));
};

/** Tells the company's trail of a sign-in that was refused, and the log why. */
const watched = async <T>(context: RequestContext, companyId: number, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    const { cause } = error as Error;
    context.log.warn({ err: cause ?? error, "organization.id": companyId }, "single sign-on refused");
    context.report({ event: "failed_login", companyId, actor: "unproved:sso" });
    throw error;
  }
};

const overOf = (context: RequestContext): Transaction["over"] => {
  const shown = sessionShownBy(context);
  return shown && { companyId: shown.companyId, hash: shown.hash.toString("base64url") };
};

/** Ends the session that the browser had when the sign-in began. */
const endOver = (context: RequestContext, { over }: Pick<Transaction, "over">): Promise<void> =>
  endShown(context, over && { companyId: over.companyId, hash: Buffer.from(over.hash, "base64url") });

/** Begins a sign-in: redirects to the provider, and leaves a sealed cookie by which the browser is known when it comes back. */
const start = (deps: SsoDeps, oidc: Oidc): Endpoint =>
  implement(routes.startSignIn, {
    audit: "none",
    refuse: refusalPage,
    run: async (context, { params: { company, id }, query }) => {
      const { now, secure } = context;
      const provider = await enabledProvider(deps, company, id);
      const until = now.getTime() + SIGN_IN_MS;
      const common = { providerId: id, returnTo: localPath(query.return), until, over: overOf(context) };
      if (provider.kind === "oidc") {
        const { callback } = addressesOf(deps.publicUrl(), company, id);
        const { url, kept } = await oidc.start(company, provider, callback);
        return redirect(url, [await transactionCookie(deps, company, { kind: "oidc", ...common, ...kept }, secure)]);
      }
      const { url, requestId } = await startSaml(deps, { companyId: company, provider, now });
      return redirect(url, [await transactionCookie(deps, company, { kind: "saml", ...common, requestId }, secure)]);
    },
  });

/**
 * The end of a sign-in by OpenID Connect. The session's cookie is SameSite=Strict: the dashboard that the browser is sent to is the
 * same for everybody, and asks who is signed in from its own pages.
 */
const callback = (deps: SsoDeps, oidc: Oidc): Endpoint =>
  implement(routes.oidcCallback, {
    audit: "session.sign_in",
    refuse: refusalPage,
    run: async (context, { query }) => {
      const { companyId, begun } = await transactionOf(deps, context, "oidc");
      return watched(context, companyId, async () => {
        const provider = await enabledProvider(deps, companyId, begun.providerId, "oidc");
        await once(deps, companyId, `state ${begun.state}`, new Date(begun.until));
        const url = new URL(addressesOf(deps.publicUrl(), companyId, provider.id).callback);
        for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
        const { claimed, idToken } = await oidc.finish(companyId, provider, { url, begun });
        const { cookie, personId } = await admit(deps, context, { companyId, provider, claimed });
        await endOver(context, begun);
        const cookies = [cookie, endedTransaction(context.secure)];
        if (provider.config.signsOut === true) {
          cookies.push(
            await elsewhereCookie(deps, companyId, { providerId: provider.id, personId, idToken }, context.secure),
          );
        }
        return redirect(begun.returnTo, cookies);
      });
    },
  });

/**
 * Takes a SAML response. It is posted by the provider's page, so that no cookie of ours comes with it: what it proved goes sealed
 * through the browser to `finish`, where the cookie tells whether this browser began.
 */
const response = (deps: SsoDeps): Endpoint =>
  implement(routes.samlResponse, {
    audit: "none",
    refuse: refusalPage,
    run: (context, { params: { company: companyId, id }, body }) =>
      watched(context, companyId, async () => {
        const { now } = context;
        const provider = await enabledProvider(deps, companyId, id, "saml");
        const said = await verifySaml(deps, { companyId, provider, now }, body.SAMLResponse);
        await once(deps, companyId, `assertion ${id} ${said.assertionId}`, said.until);
        await once(deps, companyId, `request ${said.requestId}`, new Date(now.getTime() + SIGN_IN_MS));
        const { requestId, claimed } = said;
        const email = emailOf(claimed.email, provider.domains);
        const { subject, name, groups } = claimed;
        const sealed = await sealTicket(
          deps,
          companyId,
          { requestId, subject, email, name, groups: groups === null ? null : [...groups] },
          now,
        );
        return redirect(`/api/v1/sso/finish?ticket=${encodeURIComponent(sealed)}`);
      }),
  });

/** The end of a sign-in by SAML, in the browser that began it and in no other. */
const finish = (deps: SsoDeps): Endpoint =>
  implement(routes.finishSignIn, {
    audit: "session.sign_in",
    refuse: refusalPage,
    run: async (context, { query }) => {
      const { companyId, begun } = await transactionOf(deps, context, "saml");
      return watched(context, companyId, async () => {
        const claimed = await openTicket(deps, companyId, query.ticket, context.now);
        if (claimed.requestId !== begun.requestId) throw refused(new Error("another browser began this sign-in"));
        const provider = await enabledProvider(deps, companyId, begun.providerId, "saml");
        await once(deps, companyId, `ticket ${claimed.requestId}`, new Date(begun.until));
        const { cookie } = await admit(deps, context, { companyId, provider, claimed });
        await endOver(context, begun);
        return redirect(begun.returnTo, [cookie, endedTransaction(context.secure)]);
      });
    },
  });

const metadata = (deps: SsoDeps): Endpoint =>
  implement(routes.samlMetadata, {
    audit: "none",
    run: async ({ now }, { params: { company: companyId, id } }) => {
      const provider = await enabledProvider(deps, companyId, id, "saml");
      return ownMetadata(deps, { companyId, provider, now });
    },
  });

/** The ways to sign in: by the domain alone, so that nobody learns who has an account. */
const options: Endpoint = implement(routes.signInOptions, {
  audit: "none",
  run: async ({ db }, { query: { email } }) => {
    const found = await db.asService((tx) => providersOfDomain(tx, domainOf(email)));
    const providers = found.map(({ companyId, companyName, id, name, kind }) => ({
      name,
      companyName,
      kind,
      startUrl: addressesOf("", companyId, id).start,
    }));
    return { password: true, providers };
  },
});

/** What needs no session: it makes one. */
export const comeBackRoutes = (deps: SsoDeps, oidc: Oidc): Endpoint[] => [
  options,
  start(deps, oidc),
  callback(deps, oidc),
  response(deps),
  finish(deps),
  metadata(deps),
];
