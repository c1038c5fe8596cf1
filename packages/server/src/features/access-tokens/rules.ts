import { AppError, type Permission } from "@zerotrace/core";
import type { Identity } from "../../platform/auth/index.ts";

/** Throws FORBIDDEN unless an API token itself asks: a person, an agent and an access token get no access token. */
export const mustBeApiToken = ({ kind, accessTokenId }: Identity): void => {
  if (kind === "api_token" && accessTokenId === undefined) return;
  throw new AppError("FORBIDDEN", "Only an API token is exchanged for an access token: send it as the bearer.");
};

/** The permissions of an access token, sorted and each once. Throws FORBIDDEN for one that the caller does not hold. */
export const narrowed = (wanted: readonly Permission[] | undefined, held: readonly Permission[]): Permission[] => {
  const chosen = [...new Set(wanted ?? held)].sort();
  const above = chosen.find((one) => !held.includes(one));
  if (above === undefined) return chosen;
  throw new AppError("FORBIDDEN", `The API token does not hold ${above}: leave it out.`, { field: "permissions" });
};

/** When an access token ends: not after what it hangs on, in whole seconds. */
export const endOf = (now: Date, seconds: number, credentialEndsAt: Date | null): Date => {
  const wanted = now.getTime() + seconds * 1000;
  const most = credentialEndsAt?.getTime() ?? wanted;
  return new Date(Math.floor(Math.min(wanted, most) / 1000) * 1000);
};
