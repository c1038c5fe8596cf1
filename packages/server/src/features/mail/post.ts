import { randomUUID } from "node:crypto";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { MailLink } from "../people/index.ts";
import { linkPlace } from "./compose.ts";
import { askedLately, orderMail } from "./outbox-sql.ts";
import { orderSending } from "./send.ts";

/** Mails that strangers can cause, so many an hour and company (count): they must not use up what all mails share. */
const ASKED_HOUR_MAX = 100;
const ASKED_KINDS: readonly string[] = ["password_forgotten", "password_elsewhere"];

/**
 * Sends links that open something to whom they are for. The link is sealed until it is sent. False where a company has too
 * many mails that wait, or too many were asked for: then people hand the link over.
 */
export const mailLinkOf =
  ({ keys }: { readonly keys: CompanyKeys }): MailLink =>
  async (tx, companyId, { kind, address, personId, link, ...facts }) => {
    if (ASKED_KINDS.includes(kind) && (await askedLately(tx, companyId, ASKED_KINDS)) >= ASKED_HOUR_MAX) return false;
    const id = randomUUID();
    const sealed = await keys.seal(tx, companyId, linkPlace(id), link);
    const made = await orderMail(tx, companyId, { id, kind, personId, address, about: [facts], link: sealed });
    if (made === null) return false;
    await orderSending(tx, companyId);
    return true;
  };
