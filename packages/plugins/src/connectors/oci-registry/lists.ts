import { AppError } from "@zerotrace/core";
import type { RegistryClient } from "../../targets/image/registry-client.ts";

/** Items asked for on one page; registries may give fewer. */
const PAGE_ITEMS = 1_000;
/** Longest item that is kept (UTF-16 units). */
const ITEM_MAX_CHARS = 400;

/** A `fetch` that counts, and refuses after `most` requests. */
export const countedFetch = (send: typeof fetch, most: number): { fetch: typeof fetch; count: () => number } => {
  let count = 0;
  return {
    count: () => count,
    fetch: (input, init) => {
      count += 1;
      if (count > most) {
        throw new AppError("RATE_LIMITED", `It takes more than ${most} requests: narrow the rules.`, {
          field: "rules",
        });
      }
      return send(input, init);
    },
  };
};

/** Texts of a list over all its pages, each once, up to `most`; whether these are all. Throws as the client does. */
export const readList = async (
  client: RegistryClient,
  path: string,
  field: string,
  most: number,
): Promise<{ items: string[]; isWhole: boolean }> => {
  const items = new Set<string>();
  const asked = new Set<string>();
  for (let query: string | null = `?n=${PAGE_ITEMS}`; query !== null && !asked.has(query);) {
    asked.add(query);
    const before = items.size;
    const { value, next } = await client.list(path, query);
    const given = (value as Record<string, unknown> | null)?.[field] ?? [];
    if (!Array.isArray(given)) throw new AppError("UNREADABLE", `The registry's list has no ${field}.`);
    for (const item of given as unknown[]) {
      if (items.size >= most) return { items: [...items].sort(), isWhole: false };
      if (typeof item === "string" && item.length <= ITEM_MAX_CHARS) items.add(item);
    }
    // A page that brings nothing new leads nowhere.
    query = items.size === before ? null : next;
  }
  return { items: [...items].sort(), isWhole: true };
};
