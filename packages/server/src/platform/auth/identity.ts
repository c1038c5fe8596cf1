import { AppError, type Permission } from "@zerotrace/core";

/** How a person signed in. `provider`: one of the platform's people who entered with a reason. */
export type SignInMethod = "link" | "password" | "passkey" | "sso" | "provider";

/** Who is calling, as proved by a credential; `loopback` is this machine itself and belongs to no company (0). */
export interface Identity {
  readonly kind: "session" | "api_token" | "device" | "loopback";
  readonly companyId: number;
  readonly subject: string;
  readonly permissions: readonly Permission[];
  readonly credentialId: string;
  /** The access token (JWT) that stood for the API token `credentialId`; absent where the API token came itself. */
  readonly accessTokenId?: string;
  /** Whose session it is; what the person may do is looked up at each use. */
  readonly personId?: string;
  /** How a session's person proved who they are. */
  readonly method?: SignInMethod;
  /** The company asks for a second factor and the person has none: the session sets one up and does nothing else. */
  readonly awaitsFactor?: true;
  /** Only assets with one of these labels, and what concerns them; null for everything of the company. */
  readonly labels: readonly string[] | null;
  /** The host of a device credential. */
  readonly assetId?: string;
}

/** Throws FORBIDDEN for who sees a part of the company only: what concerns all of it is not theirs. `what` goes on with the sentence. */
export const mustSeeAll = ({ labels }: Pick<Identity, "labels">, what: string): void => {
  if (labels === null) return;
  throw new AppError("FORBIDDEN", `You see a part of the company only: ${what}.`);
};
