import { QueryClient } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { ahead } from "./ahead.ts";
import { queries, type Session } from "./api.ts";

const visitAs = (session: object) => {
  const client = new QueryClient();
  client.setQueryData(queries.session().queryKey, session as Session);
  return { context: { client }, params: { id: "one" }, location: { search: { q: "ssl" } } };
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("a page's data is asked for with the address that leads to it, before the page is there", async () => {
  const ask = vi.fn(() => []);
  const visit = visitAs({ permissions: ["findings:read"] });
  expect(ahead("findings:read", ask)(visit)).toBeUndefined();
  await settled();
  expect(ask).toHaveBeenCalledWith(expect.objectContaining({ params: { id: "one" }, search: { q: "ssl" } }));
});

test("nobody is asked for what the session may not see, nor before the second factor", async () => {
  const ask = vi.fn(() => []);
  ahead("findings:read", ask)(visitAs({ permissions: ["assets:read"] }));
  ahead("findings:read", ask)(visitAs({ permissions: ["findings:read"], awaitsFactor: true }));
  await settled();
  expect(ask).not.toHaveBeenCalled();
});

test("a failure ahead is nobody's but the page's", async () => {
  const fails = vi.fn(() => {
    throw new Error("no");
  });
  ahead("findings:read", fails)(visitAs({ permissions: ["findings:read"] }));
  await settled();
  expect(fails).toHaveBeenCalledOnce();
});
