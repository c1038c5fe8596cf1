import type { Database } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { provedPerson, type SecondFactors } from "../people/index.ts";
import { routes } from "./contract.ts";
import { countRecoveryCodes, factorsOfPerson } from "./sql.ts";

/** Which second factors a person has, for the first step of signing in. */
export const secondFactors = (db: Database): SecondFactors => ({
  factorsOf: (personId) =>
    db.asService(async (tx) => {
      const kinds = new Set<string>((await factorsOfPerson(tx, personId)).map(({ kind }) => kind));
      if (kinds.size > 0 && (await countRecoveryCodes(tx, personId)) > 0) kinds.add("recovery");
      return [...kinds].sort();
    }),
});

/** One's own factors. */
export const listFactors = (): Endpoint =>
  implement(routes.listFactors, {
    audit: "none",
    transaction: "none",
    run: async (context) => {
      const { personId } = provedPerson(context);
      return context.db.asService(async (tx) => ({
        rows: (await factorsOfPerson(tx, personId)).map((f) => ({
          ...f,
          createdAt: f.createdAt.toISOString(),
          lastUsedAt: f.lastUsedAt?.toISOString() ?? null,
        })),
        recoveryCodes: await countRecoveryCodes(tx, personId),
      }));
    },
  });
