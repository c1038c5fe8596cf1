import { AppError } from "@zerotrace/core";
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Acknowledged } from "./inventory-body.ts";
import { readJsonOrNull, readOrNull, writeWhole } from "./files.ts";

/** What enrollment gave this machine. The file that holds it is readable by its owner only. */
export interface Credential {
  readonly schema: "zerotrace.credential/1";
  readonly server: string;
  readonly agentId: string;
  readonly assetId: string;
  readonly credential: string;
  /** When the credential was given or last rotated, ISO. */
  readonly issuedAt: string;
  readonly heartbeatSeconds: number;
  readonly inventorySeconds: number;
  /** What proves the agent to a server that uses certificates. PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** The authority of the server's own certificate, PEM, where it is none that the system knows. */
  readonly serverCa?: string;
}

/** The agent's own folder. */
export interface AgentState {
  readonly dir: string;
  readonly spoolDir: string;
  /** Null when this agent is not enrolled. Throws AppError UNREADABLE when the file is there and cannot be used. */
  credential(): Promise<Credential | null>;
  saveCredential(credential: Credential): Promise<void>;
  /** Forgets the enrollment and what the server acknowledged. */
  forget(): Promise<void>;
  /** What the server last acknowledged, by source; empty when nothing. */
  acknowledged(): Promise<Acknowledged>;
  saveAcknowledged(acknowledged: Acknowledged): Promise<void>;
  /** What the last heartbeat was answered; empty where nothing is kept for this agent. */
  chain(agentId: string): Promise<string>;
  saveChain(agentId: string, chain: string): Promise<void>;
  /** A random id, kept, for machines without a machine-id of their own. */
  machineId(): Promise<string>;
}

const isCredential = (value: unknown): value is Credential => {
  const c = value as Partial<Credential> | null;
  return c?.schema === "zerotrace.credential/1" && typeof c.credential === "string" && typeof c.server === "string";
};

/** Opens the agent's folder; files appear with the first write. */
export const openState = (dir: string): AgentState => {
  const credentialPath = join(dir, "credential.json");
  const acknowledgedPath = join(dir, "acknowledged.json");
  const chainPath = join(dir, "chain.json");
  const machineIdPath = join(dir, "machine-id");
  return {
    dir,
    spoolDir: join(dir, "spool"),
    credential: async () => {
      const value = await readJsonOrNull(credentialPath);
      if (isCredential(value)) return value;
      if ((await readOrNull(credentialPath)) === null) return null;
      const detail = `${credentialPath} is damaged. Remove it and run zerotrace agent enroll again.`;
      throw new AppError("UNREADABLE", detail, { field: "state-dir" });
    },
    saveCredential: (credential) => writeWhole(credentialPath, `${JSON.stringify(credential, null, 2)}\n`),
    forget: async () => {
      await rm(credentialPath, { force: true });
      await rm(acknowledgedPath, { force: true });
      await rm(chainPath, { force: true });
    },
    acknowledged: async () => ((await readJsonOrNull(acknowledgedPath)) ?? {}) as Acknowledged,
    saveAcknowledged: (acknowledged) => writeWhole(acknowledgedPath, JSON.stringify(acknowledged)),
    chain: async (agentId) => {
      const kept = (await readJsonOrNull(chainPath)) as { agentId?: unknown; chain?: unknown } | null;
      return kept?.agentId === agentId && typeof kept.chain === "string" ? kept.chain : "";
    },
    saveChain: (agentId, chain) => writeWhole(chainPath, `${JSON.stringify({ agentId, chain })}\n`),
    machineId: async () => {
      const kept = (await readOrNull(machineIdPath))?.toString("utf8").trim() ?? "";
      if (/^[0-9a-f]{32}$/.test(kept)) return kept;
      const fresh = randomBytes(16).toString("hex");
      await writeWhole(machineIdPath, `${fresh}\n`);
      return fresh;
    },
  };
};
