import { ApiError, contract, createClient, problem, type Client } from "@zerotrace/sdk";
import { zstdCompressSync } from "node:zlib";
import { tlsFetch, type TlsIdentity } from "./tls-fetch.ts";
import type { InventoryBody } from "./inventory-body.ts";

const PUT_TIMEOUT_MS = 120_000;

/** The agent's way to its server. Throws ApiError; status 0 when the server cannot be reached. */
export interface Transport {
  readonly call: Client;
  /** Sends an inventory under zstd; resolves after the server's commit. */
  putInventory(body: InventoryBody): Promise<void>;
}

/** Whether the same request may succeed later: the server is away, overloaded or failing. */
export const isAway = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500);

const refusal = async (response: Response): Promise<ApiError> => {
  const text = await response.text();
  const detail = `The server answered ${response.status}: ${text.slice(0, 200)}`;
  try {
    const body = problem.parse(JSON.parse(text));
    return new ApiError(response.status, body.code, body.detail, body.field, body.correlationId);
  } catch {
    return new ApiError(response.status, "INTERNAL", detail);
  }
};

/** What an agent proves itself by. */
export interface DeviceIdentity extends TlsIdentity {
  readonly credential: string;
}

/** A transport with a device credential, and its certificate where there is one. */
export const createTransport = (
  server: string,
  { credential, tls, serverCa }: DeviceIdentity,
  fetchImpl: typeof globalThis.fetch = tlsFetch({ tls, serverCa }),
): Transport => ({
  call: createClient({ baseUrl: server, token: credential, fetch: fetchImpl }),
  putInventory: async (body) => {
    const route = contract.inventory.putInventory;
    let response: Response;
    try {
      response = await fetchImpl(`${server}${route.path}`, {
        method: route.method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${credential}`,
          "content-type": "application/json",
          "content-encoding": "zstd",
        },
        body: new Uint8Array(zstdCompressSync(JSON.stringify(body))),
        signal: AbortSignal.timeout(PUT_TIMEOUT_MS),
      });
    } catch (cause) {
      throw new ApiError(0, "UNREACHABLE", `${server} cannot be reached: ${String(cause)}`);
    }
    if (response.status !== route.status) throw await refusal(response);
    await response.arrayBuffer();
  },
});
