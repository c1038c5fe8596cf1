import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import { mustBeProvider } from "../companies/index.ts";
import { routes } from "./contract.ts";
import type { AccessTokens } from "./index.ts";
import { keyRow } from "./keys.ts";

/** How long others may keep the public keys, in seconds: less than a retired key goes on verifying. */
const JWKS_SECONDS = 300;

/** The public keys, and what the provider does with keys. */
export const keyRoutes = ({ keys }: Pick<AccessTokens, "keys">): Endpoint[] => [
  implement(routes.getJwks, {
    audit: "none",
    run: async () => {
      const headers = { "cache-control": `public, max-age=${JWKS_SECONDS}` };
      // every one of them has these: they were written by us
      return reply({ headers, body: { keys: (await keys.published()) as never } });
    },
  }),
  implement(routes.listSigningKeys, {
    audit: "none",
    transaction: "none",
    run: async ({ db, identity }) => {
      await mustBeProvider(db, identity);
      return { rows: (await keys.list()).map(keyRow) };
    },
  }),
  implement(routes.rotateSigningKeys, {
    audit: "signing_key.rotate",
    transaction: "none",
    run: async (context, { body: { endFormer } }) => {
      const { db, identity } = context;
      await mustBeProvider(db, identity);
      const { companyId, subject: actor } = identity;
      const made = await db.asServiceFor(companyId, async (tx) => {
        const told = async () => ({ keys: (await keys.inForce(tx)).map(keyRow) });
        const before = await told();
        const key = await keys.rotate(tx, { endFormer });
        const detail = { algorithm: key.algorithm, endFormer };
        await context.record(tx, { companyId, actor, target: key.id, detail, before, after: await told() });
        return key;
      });
      keys.reread();
      return keyRow(made);
    },
  }),
];
