import { AppError } from "@zerotrace/core";
import { OPTIONAL_MAIL_KINDS } from "@zerotrace/core/mail/mail";
import type { Identity } from "../../platform/auth/index.ts";
import type { Tx } from "../../platform/db/index.ts";
import { type Endpoint, implement } from "../../platform/http/index.ts";
import { routes } from "./contract.ts";
import { readerOf } from "./facts-sql.ts";
import { type Choice, choiceOf, companyMail, putChoice } from "./sql.ts";

/** Who asks, as a member who gets mail. Throws FORBIDDEN for a program, a link of the server and a visit of the provider. */
export const memberWho = async (
  tx: Tx,
  { companyId, personId }: Identity,
): Promise<{ personId: string; email: string }> => {
  const reader = personId === undefined ? null : await readerOf(tx, companyId, personId);
  if (personId !== undefined && reader !== null) return { personId, email: reader.email };
  throw new AppError("FORBIDDEN", "Only a person of this company gets mail: sign in as one.");
};

const shown = async (tx: Tx, companyId: number, email: string, choice: Choice, isOn: boolean) => ({
  isOn,
  email,
  language: choice.language,
  companyLanguage: (await companyMail(tx, companyId))?.language ?? ("en" as const),
  off: [...choice.off],
});

/** The routes of which mails one gets. */
export const choiceRoutes = ({ server }: { readonly server: object | null }): Endpoint[] => [
  implement(routes.getMyMail, {
    audit: "none",
    run: async ({ tx, identity }) => {
      const { personId, email } = await memberWho(tx, identity);
      const choice = await choiceOf(tx, identity.companyId, personId);
      return shown(tx, identity.companyId, email, choice, server !== null);
    },
  }),
  implement(routes.putMyMail, {
    audit: "mail.choose",
    run: async (context, { body }) => {
      const { tx, identity } = context;
      const { companyId } = identity;
      const { personId, email } = await memberWho(tx, identity);
      const before = await choiceOf(tx, companyId, personId);
      const off = OPTIONAL_MAIL_KINDS.filter((kind) => (body.off ?? before.off).includes(kind));
      const after = { language: body.language === undefined ? before.language : body.language, off };
      await putChoice(tx, companyId, personId, after);
      const change = { before: { ...before, off: [...before.off] }, after };
      context.note(personId, {}, change);
      return shown(tx, companyId, email, after, server !== null);
    },
  }),
];
