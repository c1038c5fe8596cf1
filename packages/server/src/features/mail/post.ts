import { randomUUID } from "node:crypto";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { MailLink } from "../people/index.ts";
import { linkPlace } from "./compose.ts";
import { orderMail } from "./outbox-sql.ts";
import { orderSending } from "./send.ts";

/**
 * Sends links that open something to whom they are for. The link is sealed until it is sent. False where no mail server is set, or a
 * company has too many mails that wait: then people hand the link over.
 */
export const mailLinkOf =
  ({ keys, isOn }: { readonly keys: CompanyKeys; readonly isOn: boolean }): MailLink =>
  async (tx, companyId, { kind, address, personId, link, ...facts }) => {
    if (!isOn) return false;
    const id = randomUUID();
    const sealed = await keys.seal(tx, companyId, linkPlace(id), link);
    const made = await orderMail(tx, companyId, { id, kind, personId, address, about: [facts], link: sealed });
    if (made === null) return false;
    await orderSending(tx, companyId);
    return true;
  };
