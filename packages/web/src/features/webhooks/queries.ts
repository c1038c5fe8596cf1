import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Answer } from "@zerotrace/sdk";
import { call, contract, PAGE_ROWS } from "../../api.ts";

export type Webhook = Answer<typeof contract.webhooks.listWebhooks>["rows"][number];
export type WebhookDelivery = Answer<typeof contract.webhooks.listWebhookDeliveries>["rows"][number];

/** While messages wait, and while none do. */
const POLL_MS = { waiting: 2_000, idle: 30_000 };

/** What the page of webhooks asks. */
export const webhookQueries = {
  all: () =>
    queryOptions({
      queryKey: ["webhooks"],
      queryFn: () => call(contract.webhooks.listWebhooks),
      refetchInterval: (q) => (q.state.data?.rows.some((w) => w.waitingCount > 0) ? POLL_MS.waiting : POLL_MS.idle),
    }),
  deliveries: (id: string) =>
    infiniteQueryOptions({
      queryKey: ["webhooks", id, "deliveries"],
      queryFn: ({ pageParam }) =>
        call(contract.webhooks.listWebhookDeliveries, {
          params: { id },
          query: { limit: PAGE_ROWS, cursor: pageParam },
        }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (last) => last.next ?? undefined,
      refetchInterval: POLL_MS.waiting,
    }),
  delivery: (id: string, deliveryId: string) =>
    queryOptions({
      queryKey: ["webhooks", id, "deliveries", deliveryId],
      queryFn: () => call(contract.webhooks.getWebhookDelivery, { params: { id, deliveryId } }),
    }),
};
