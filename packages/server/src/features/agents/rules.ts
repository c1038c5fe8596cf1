import { AppError, type Permission } from "@zerotrace/core";
import { parseToken } from "../../platform/auth/index.ts";

/** What a device credential may do. */
export const DEVICE_PERMISSIONS: readonly Permission[] = ["agents:report"];

/** An agent counts as offline after this many heartbeats that did not come. */
const MISSED_HEARTBEATS = 3;

/** Seconds of silence after which an agent counts as offline. */
export const offlineAfterSeconds = (heartbeatSeconds: number): number => heartbeatSeconds * MISSED_HEARTBEATS;

/** The refusal of an enrollment token, whatever is wrong with it: the answer must not help to guess. */
export const badEnrollmentToken = (): AppError =>
  new AppError(
    "UNAUTHENTICATED",
    "The enrollment token is wrong, expired, revoked, used up or not for this address: create a new one in the dashboard under Enroll.",
    { field: "token" },
  );

/** The company and hash of an enrollment token. Throws UNAUTHENTICATED for anything else. */
export const parseEnrollmentToken = (text: string): { companyId: number; hash: Buffer } => {
  const token = parseToken(text);
  if (token?.kind !== "enrollment") throw badEnrollmentToken();
  return token;
};

/** The refusal of a machine that has an agent already: the second would end the first. */
export const enrolledAlready = (agent: { id: string; hostname: string; lastSeenAt: Date }): AppError => {
  const which = `agent ${agent.id} (${agent.hostname}, last seen ${agent.lastSeenAt.toISOString()})`;
  const mend = "Keep that one, or take its place: zerotrace agent enroll --replace";
  return new AppError("CONFLICT", `This machine is enrolled already, as ${which}. ${mend}.`, { field: "machineId" });
};

/** The refusal for an agent that does not exist, is another company's or is revoked already. */
export const noSuchAgent = (): AppError => new AppError("NOT_FOUND", "There is no active agent with this id.");

/** The refusal of one agent more than an enrollment token may have in force at a time. */
export const tooManyAgents = (agentsMax: number): AppError =>
  new AppError(
    "CONFLICT",
    `${agentsMax} agents of this enrollment token are in force, and that is its limit: revoke one.`,
    {
      field: "token",
    },
  );

/** What to do about a credential that two machines use. */
export const cloneAdvice = (holders: readonly { machine: string; boot: string }[]): string => {
  const isOne = (of: "machine" | "boot"): boolean => {
    const values = new Set(holders.map((one) => one[of]));
    return values.size === 1 && !values.has("");
  };
  if (isOne("machine") && isOne("boot")) {
    return "Two agents on this machine run with copies of one folder. Stop one of them, and enroll the other again with --replace.";
  }
  return isOne("machine")
    ? "A disk image was copied with its agent. On the copy: remove /etc/machine-id, run systemd-machine-id-setup, remove the agent's folder and enroll it with a new token. Then enroll the original again with --replace."
    : "The agent's folder was copied to another machine. Remove it there and enroll that machine with a new token; then enroll the original again with --replace.";
};
