import type { Permission } from "@zerotrace/core";

/** Who is calling, as proved by a credential; `loopback` is this machine itself and belongs to no company (0). */
export interface Identity {
  readonly kind: "session" | "api_token" | "device" | "loopback";
  readonly companyId: number;
  readonly subject: string;
  readonly permissions: readonly Permission[];
  readonly credentialId: string;
  /** The host of a device credential. */
  readonly assetId?: string;
}
