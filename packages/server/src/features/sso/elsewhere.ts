import { cookieIn, cookieLine } from "../../platform/auth/index.ts";
import { type Endpoint, implement, type RequestContext } from "../../platform/http/index.ts";
import { z } from "zod";
import { routes } from "./contract.ts";
import type { SsoDeps } from "./deps.ts";
import type { Oidc } from "./oidc.ts";
import { providerById } from "./sql.ts";

const COOKIE = "zt_sso_out";
/** As long as a session that a provider opened, seconds. */
const COOKIE_SECONDS = 12 * 3600;
/** Browsers keep 4,096 bytes of a cookie, its name and attributes included. */
const COOKIE_CHARS_MAX = 3_900;
const PLACE = { table: "sso", column: "elsewhere" };

const kept = z.object({ providerId: z.uuid(), personId: z.uuid(), idToken: z.string().nullable() });
type Kept = z.infer<typeof kept>;

/**
 * The Set-Cookie value by which a browser can be sent to sign out at the provider too: sealed, with the provider's own token as a hint
 * where that is not too long to keep.
 */
export const elsewhereCookie = async (
  { db, keys }: SsoDeps,
  companyId: number,
  said: Kept,
  secure: boolean,
): Promise<string> => {
  const seal = (one: Kept): Promise<string> =>
    db.withCompany(companyId, (tx) => keys.seal(tx, companyId, PLACE, JSON.stringify(one)));
  const whole = await seal(said);
  const value = whole.length <= COOKIE_CHARS_MAX ? whole : await seal({ ...said, idToken: null });
  return cookieLine(COOKIE, value, { maxAgeSeconds: COOKIE_SECONDS, secure, path: "/api/v1/sso" });
};

/** What this browser kept of the sign-in that opened its session; null for nothing, or of another person or company. */
const keptBy = async ({ db, keys }: SsoDeps, { cookies, secure, identity }: RequestContext): Promise<Kept | null> => {
  const sealed = cookieIn(cookies, COOKIE, secure);
  if (identity.method !== "sso" || sealed === undefined || sealed.length > COOKIE_CHARS_MAX) return null;
  const { companyId, personId } = identity;
  const text = await db
    .withCompany(companyId, (tx) => keys.open(tx, companyId, PLACE, sealed))
    // one that another company sealed, or nobody: there is nothing to end elsewhere
    .catch(() => null);
  const said = text === null ? null : kept.parse(JSON.parse(text));
  return said?.personId === personId ? said : null;
};

/** Where the browser goes after signing out here, so that the session at the provider ends too. */
export const elsewhereRoute = (deps: SsoDeps, oidc: Oidc): Endpoint =>
  implement(routes.getSignOutElsewhere, {
    audit: "none",
    transaction: "none",
    run: async (context) => {
      const { companyId } = context.identity;
      const said = await keptBy(deps, context);
      if (said === null) return { url: null };
      const provider = await deps.db.withCompany(companyId, (tx) => providerById(tx, companyId, said.providerId));
      if (provider?.kind !== "oidc" || provider.config.signsOut !== true) return { url: null };
      return { url: await oidc.endUrl(companyId, provider, said.idToken) };
    },
  });
