import { collectHost, type HostInventory } from "@zerotrace/plugins";
import { contract, createClient } from "@zerotrace/sdk";
import { certified, newKeyRequest } from "./certificate.ts";
import { snapshotOf } from "./inventory-body.ts";
import { lockState } from "./lock.ts";
import { openState, type Credential } from "./state.ts";
import { tlsFetch } from "./tls-fetch.ts";
import { createTransport } from "./transport.ts";
import { AGENT_VERSION } from "./version.ts";

export interface EnrollOptions {
  /** Origin of the server, such as `http://127.0.0.1:8080`. */
  readonly server: string;
  /** A one-time enrollment token. */
  readonly token: string;
  readonly stateDir: string;
  /** True: takes the place of whichever agent of this machine is enrolled. */
  readonly replace?: boolean;
  /** The agent that this one was, where its folder no longer knows; else the enrollment in the folder. */
  readonly formerAgentId?: string;
  /** The authority of the server's certificate, PEM, where it is none that the system knows. */
  readonly serverCa?: string | undefined;
  readonly signal?: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
  /** Stands in for this machine, for simulations and tests. */
  readonly inventory?: () => Promise<HostInventory>;
}

/**
 * Exchanges an enrollment token for a device credential and keeps it in `stateDir` (file mode 0600). An earlier
 * enrollment there is replaced, unless an agent runs with it. Throws ApiError when the server refuses or is away (CONFLICT:
 * another agent of this machine is enrolled), AppError DATA_DIR_BUSY when an agent uses the folder.
 */
export const enrollAgent = async (options: EnrollOptions): Promise<Credential> => {
  const lock = await lockState(options.stateDir);
  try {
    return await enroll(options);
  } finally {
    lock.release();
  }
};

const enroll = async (options: EnrollOptions): Promise<Credential> => {
  const state = openState(options.stateDir);
  const server = options.server.replace(/\/+$/, "");
  const fallbackMachineId = await state.machineId();
  const signal = options.signal ?? new AbortController().signal;
  const inventory = await (options.inventory?.() ?? collectHost({ fallbackMachineId, signal }));
  const { facts } = snapshotOf({ facts: inventory.facts, sources: [] }, new Date());
  const { serverCa } = options;
  const call = createClient({ baseUrl: server, fetch: options.fetch ?? tlsFetch({ serverCa }) });
  // a damaged file is no reason to refuse: it is about to be replaced
  const former = await state.credential().catch(() => null);
  const formerAgentId = former?.agentId ?? options.formerAgentId;
  const { token, replace } = options;
  const request = newKeyRequest();
  const body = { token, agentVersion: AGENT_VERSION, facts, replace, formerAgentId, csr: request.csr };
  const { certificate, ...answer } = await call(contract.agents.enroll, { body });
  const credential: Credential = {
    schema: "zerotrace.credential/1",
    server,
    issuedAt: new Date().toISOString(),
    ...answer,
    ...certified(request, certificate),
    ...(serverCa === undefined ? {} : { serverCa }),
  };
  await state.forget();
  await state.saveCredential(credential);
  return credential;
};

export interface RotateOptions {
  readonly stateDir: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Where the server is now, when not where it was at enrollment. */
  readonly server?: string;
}

/**
 * Exchanges the device credential for a new one, keeps it, and uses it once, which ends the old one. Where the answer is
 * lost, the old one holds long enough to come again. Throws ApiError.
 */
export const rotateCredential = async (credential: Credential, options: RotateOptions): Promise<Credential> => {
  const server = options.server ?? credential.server;
  const { call } = createTransport(server, credential, options.fetch);
  const request = newKeyRequest();
  const { certificate, ...answer } = await call(contract.agents.rotate, { body: { csr: request.csr } });
  const issuedAt = new Date().toISOString();
  const fresh: Credential = { ...credential, ...answer, ...certified(request, certificate), issuedAt };
  await openState(options.stateDir).saveCredential(fresh);
  const next = createTransport(server, fresh, options.fetch);
  // Any use will do. Should it fail, the next one does it, or time.
  await next.call(contract.inventory.compareDigests, { body: { digests: {} } }).catch(() => undefined);
  return fresh;
};
