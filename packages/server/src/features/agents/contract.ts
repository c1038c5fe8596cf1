import { idParam, page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";

export const hostFacts = z.object({
  hostname: z.string().min(1).max(255),
  machineId: z.string().min(8).max(128),
  os: z.object({
    id: z.string().max(64),
    versionId: z.string().max(64),
    codename: z.string().max(64),
    prettyName: z.string().max(200),
    ecosystem: z.string().max(100),
  }),
  kernel: z.string().max(200),
  arch: z.string().max(32),
  cpuCount: z.number().int().min(0).max(65_536),
  memoryBytes: z.number().int().min(0),
  bootAt: z.iso.datetime().nullable(),
  timezone: z.string().max(64),
});

export const agentRow = z.object({
  id: z.uuid(),
  assetId: z.uuid(),
  hostname: z.string(),
  os: z.string(),
  agentVersion: z.string(),
  online: z.boolean(),
  enrolledAt: z.string(),
  lastSeenAt: z.string(),
  revokedAt: z.string().nullable(),
  /** Of its asset. */
  labels: z.array(z.string()),
  /** When an older state of it went on, as after a restored snapshot. */
  restoredAt: z.string().nullable(),
  /** Two machines use its credential. */
  clone: z
    .object({
      at: z.string(),
      holders: z.array(z.object({ hostname: z.string(), ip: z.string(), seenAt: z.string() })),
      /** What to do. */
      advice: z.string(),
    })
    .nullable(),
});

const csr = z.base64().max(8_192);
const certificate = z
  .string()
  .optional()
  .describe("The agent's certificate (DER in base64), where it sent a csr and the server uses certificates");

export const enroll = route({
  method: "POST",
  path: "/api/v1/agents/enroll",
  summary: "Exchange an enrollment token for a device credential, shown this once",
  permission: "public",
  status: 201,
  body: z.object({
    token: z.string().min(20).max(200),
    agentVersion: z.string().max(32),
    facts: hostFacts,
    formerAgentId: z.uuid().optional().describe("The agent of this machine that this one was before: it is replaced"),
    csr: csr.optional().describe("A request for a certificate (PKCS #10 of P-256, DER in base64)"),
    replace: z.boolean().optional().describe("Take the place of whichever agent of this machine is enrolled"),
  }),
  answer: z.object({
    agentId: z.uuid(),
    assetId: z.uuid(),
    credential: z.string(),
    certificate,
    heartbeatSeconds: z.number().int(),
    inventorySeconds: z.number().int(),
  }),
});

export const heartbeat = route({
  method: "POST",
  path: "/api/v1/agents/heartbeat",
  summary: "Say that the agent is alive; the answer says whether an inventory is wanted now",
  permission: "agents:report",
  body: z.object({
    agentVersion: z.string().max(32),
    chain: z.string().max(64).optional().describe("What the last heartbeat was answered; empty for the first"),
    once: z.string().max(32).optional().describe("Random; the same when the network repeats a request"),
    machine: z.string().max(64).optional().describe("The first 24 characters of the machine id that was enrolled"),
    boot: z.string().max(64).optional().describe("A hash of the machine's present boot"),
    hostname: z.string().max(255).optional(),
  }),
  answer: z.object({
    inventoryWanted: z.boolean(),
    chain: z.string().optional().describe("What the next heartbeat shows"),
    heartbeatSeconds: z.number().int(),
    inventorySeconds: z.number().int(),
  }),
});

export const rotate = route({
  method: "POST",
  path: "/api/v1/agents/rotate",
  summary:
    "Exchange the device credential for a new one; the old one ends when the new one is used, or after 2 minutes",
  permission: "agents:report",
  body: z.object({ csr: csr.optional() }).optional(),
  answer: z.object({ credential: z.string(), certificate }),
});

export const listAgents = route({
  method: "GET",
  path: "/api/v1/agents",
  summary: "Agents, last seen first",
  permission: "assets:read",
  query: z.object({ ...pageQuery }),
  answer: page(agentRow),
});

export const revokeAgent = route({
  method: "DELETE",
  path: "/api/v1/agents/:id",
  summary: "Revoke an agent's device credential",
  permission: "agents:manage",
  params: idParam,
});

export const requestInventory = route({
  method: "POST",
  path: "/api/v1/agents/:id/inventory-requests",
  summary: "Ask an agent for an inventory with its next heartbeat",
  permission: "agents:manage",
  status: 202,
  params: idParam,
});

export const routes = { enroll, heartbeat, rotate, listAgents, revokeAgent, requestInventory };
