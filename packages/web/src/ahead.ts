import type { QueryClient } from "@tanstack/react-query";
import type { Permission } from "@zerotrace/core/schema";
import { queries } from "./api.ts";

/** What the router gives to who asks ahead. */
interface Visit {
  readonly context: { readonly client: QueryClient };
  readonly params: Readonly<Record<string, string>>;
  /** Search parameters as the address has them. */
  readonly location: { readonly search: Readonly<Record<string, unknown>> };
}

interface Asking {
  readonly client: QueryClient;
  readonly params: Readonly<Record<string, string>>;
  readonly search: Readonly<Record<string, unknown>>;
  readonly may: (permission: Permission) => boolean;
}

/**
 * Asks for what a page shows while its code is still on the way, and when the pointer rests on its link: else data begins to come
 * when the page is there. Nothing waits for it, and a failure is the page's to tell. Nobody is asked for what the session may not
 * see, as each refusal is a line in the company's audit trail.
 */
export const ahead =
  (needs: Permission, ask: (asking: Asking) => readonly Promise<unknown>[]) =>
  ({ context: { client }, params, location: { search } }: Visit): void => {
    const asked = client.ensureQueryData(queries.session()).then(({ permissions, awaitsFactor }) => {
      if (awaitsFactor || !permissions.includes(needs)) return [];
      return ask({ client, params, search, may: (permission) => permissions.includes(permission) });
    });
    void asked.catch(() => undefined);
  };
