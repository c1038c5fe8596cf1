import { AppError } from "@zerotrace/core";
import { randomUUID } from "node:crypto";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { proveAgain } from "../people/index.ts";
import { routes } from "./contract.ts";
import type { FactorDeps } from "./deps.ts";
import { noFactor, ownAccount, putInForce } from "./own.ts";
import { openSecrets, sealSecret } from "./secrets.ts";
import * as sql from "./sql.ts";
import { newTotpSecret, stepOf, totpUri } from "./totp.ts";

/** Makes the secret of an authenticator app; it counts when a code has confirmed it. */
export const startTotp = (deps: FactorDeps): Endpoint =>
  implement(routes.startTotp, {
    audit: "factor.start",
    transaction: "none",
    run: async (context, { body: { label, password } }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      const held = await ownAccount(context);
      await proveAgain(deps.people, context, held, password);
      const id = randomUUID();
      const secret = newTotpSecret();
      const sealed = await sealSecret(db, deps.keys, id, secret);
      await db.asServiceFor(companyId, async (tx) => {
        await sql.insertTotp(tx, { id, personId: held.id, label, sealed });
        await context.record(tx, { companyId, actor, target: id, detail: { kind: "totp", label } });
      });
      return { id, secret, uri: totpUri(secret, held.email) };
    },
  });

/** Puts an authenticator app in force by its first code, which is used up by that. */
export const confirmTotp = (deps: FactorDeps): Endpoint =>
  implement(routes.confirmTotp, {
    audit: "factor.add",
    transaction: "none",
    run: async (context, { params: { id }, body: { code } }) => {
      const { db, now } = context;
      const { id: personId } = await ownAccount(context);
      const waiting = await db.asService((tx) => sql.totpToConfirm(tx, personId, id));
      if (waiting === null) throw noFactor();
      const [opened] = await openSecrets(db, deps.keys, [{ id, sealed: waiting.sealed }]);
      const step = opened ? stepOf(opened.secret, code, now) : null;
      if (step === null) {
        const mend = "see that the clock of your device is right, and give the code that it shows now";
        throw new AppError("BAD_REQUEST", `This is not the code: ${mend}.`, { field: "code" });
      }
      const factor = { id, personId, kind: "totp", label: waiting.label } as const;
      const recoveryCodes = await putInForce(deps, context, factor, async (tx) => {
        if (!(await sql.confirmTotp(tx, { id, personId, step, now }))) throw noFactor();
      });
      return { recoveryCodes };
    },
  });
