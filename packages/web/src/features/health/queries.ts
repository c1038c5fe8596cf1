import { queryOptions } from "@tanstack/react-query";
import type { Answer } from "@zerotrace/sdk";
import { contract } from "../../api.ts";
import { readHealth } from "./rules.ts";

export type Health = Answer<typeof contract.health.ready>;

const POLL_MS = 10_000;

/** How the server is, asked again every ten seconds. */
export const healthQuery = () =>
  queryOptions({
    queryKey: ["health"],
    queryFn: async () => readHealth<Health>(await fetch(contract.health.ready.path)),
    refetchInterval: POLL_MS,
  });
