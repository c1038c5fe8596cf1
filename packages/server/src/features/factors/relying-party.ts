import { AppError } from "@zerotrace/core";
import { isIP } from "node:net";
import type { RequestContext } from "../../platform/http/index.ts";

/** What passkeys are bound to. */
export interface RelyingParty {
  /** A host's name without its port. */
  readonly id: string;
  readonly origins: readonly string[];
}

/**
 * The host that passkeys are bound to: of the operator's address, else of the request. Browsers make passkeys on https and on
 * localhost only, so both schemes are taken where a proxy may speak https for us. Throws BAD_REQUEST for an address without a name.
 */
export const relyingParty = ({ host }: Pick<RequestContext, "host">, publicUrl: string | undefined): RelyingParty => {
  const named = publicUrl === undefined ? null : new URL(publicUrl);
  const url = named ?? (URL.canParse(`https://${host}`) ? new URL(`https://${host}`) : null);
  const id = url?.hostname ?? "";
  if (id === "" || isIP(id.replaceAll(/[[\]]/g, "")) !== 0) {
    throw new AppError(
      "BAD_REQUEST",
      "Passkeys need a name instead of a number in the address: open the dashboard at localhost or at its host's name.",
    );
  }
  return { id, origins: named ? [named.origin] : [`https://${host}`, `http://${host}`] };
};
