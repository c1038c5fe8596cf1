import { createHash, randomUUID } from "node:crypto";
import os from "node:os";
import type { HostFs } from "../plugin.ts";
import type { HostFacts, OsRelease } from "./extractor.ts";
import { MAX_OS_RELEASE_BYTES, parseOsRelease } from "./os-release.ts";
import { withUbuntuPro } from "./ubuntu-pro.ts";

/** Bytes of a small text file such as /etc/hostname. */
const MAX_FACT_BYTES = 64 * 1024;
/** Bytes of /proc/stat, which grows with the processors. */
const MAX_PROC_STAT_BYTES = 4 * 1024 * 1024;
const MACHINE_ID_FILES = ["/etc/machine-id", "/var/lib/dbus/machine-id"];
/** Separates our ids from those of every other program; changing it makes every host a new one. */
const MACHINE_ID_SALT = "zerotrace/host/1:";

/**
 * Facts of the machine we run on. `machineId` is a salted SHA-256 (hex) of its machine-id; without one, of
 * `fallbackMachineId`, which the caller keeps; without both, of a random value that differs each time.
 */
export const hostFacts = async (fs: HostFs, release: OsRelease, fallbackMachineId?: string): Promise<HostFacts> => ({
  hostname: os.hostname(),
  machineId: await machineIdOf(fs, fallbackMachineId),
  os: release,
  kernel: os.release(),
  arch: os.machine(),
  cpuCount: os.cpus().length,
  memoryBytes: os.totalmem(),
  bootAt: bootAtOf(await textOf(fs, "/proc/stat", MAX_PROC_STAT_BYTES)),
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

/** Which machine this is, and which of its boots. */
export interface MachineIdentity {
  /** As in `hostFacts`. */
  readonly machineId: string;
  /** A salted hash of the boot's id, 16 hexadecimal digits; empty where the system tells none. */
  readonly bootId: string;
  readonly hostname: string;
}

/** Which machine we run on: what `hostFacts` says, without reading anything else. */
export const machineIdentity = async (fs: HostFs, fallbackMachineId?: string): Promise<MachineIdentity> => {
  const boot = (await textOf(fs, "/proc/sys/kernel/random/boot_id", MAX_FACT_BYTES)).trim();
  return {
    machineId: await machineIdOf(fs, fallbackMachineId),
    bootId: boot === "" ? "" : hashed(boot).slice(0, 16),
    hostname: os.hostname(),
  };
};

/** Facts of a file tree that is not the running machine: what only a running one can tell is empty, 0 or null. */
export const treeFacts = async (
  fs: HostFs,
  release: OsRelease,
  options: { hostname: string; fallbackMachineId?: string },
): Promise<HostFacts> => ({
  hostname: (await textOf(fs, "/etc/hostname", MAX_FACT_BYTES)).trim() || options.hostname,
  machineId: await machineIdOf(fs, options.fallbackMachineId),
  os: release,
  kernel: "",
  arch: "",
  cpuCount: 0,
  memoryBytes: 0,
  bootAt: null,
  timezone: (await textOf(fs, "/etc/timezone", MAX_FACT_BYTES)).trim(),
});

/** The host's os-release(5), and whether Ubuntu Pro mends it; every field empty when there is none. Throws AppError UNREADABLE. */
export const readOsRelease = async (fs: HostFs): Promise<OsRelease> => {
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const bytes = await fs.read(path, MAX_OS_RELEASE_BYTES);
    if (bytes !== null) return withUbuntuPro(fs, parseOsRelease(new TextDecoder().decode(bytes)));
  }
  return parseOsRelease("");
};

const machineIdOf = async (fs: HostFs, fallback: string | undefined): Promise<string> => {
  for (const path of MACHINE_ID_FILES) {
    const id = (await textOf(fs, path, MAX_FACT_BYTES)).trim().toLowerCase();
    // An image that never ran holds "uninitialized" or nothing: machine-id(5).
    if (/^[0-9a-f]{32}$/.test(id)) return hashed(id);
  }
  return hashed(fallback ?? randomUUID());
};

const hashed = (id: string): string =>
  createHash("sha256")
    .update(MACHINE_ID_SALT + id)
    .digest("hex");

const bootAtOf = (stat: string): string | null => {
  const seconds = /^btime (\d{1,12})$/m.exec(stat)?.[1];
  return seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString();
};

/** Facts are a courtesy: a file that cannot be read gives the empty text, never an error. */
const textOf = async (fs: HostFs, path: string, maxBytes: number): Promise<string> => {
  try {
    return new TextDecoder().decode((await fs.read(path, maxBytes)) ?? new Uint8Array());
  } catch {
    return "";
  }
};
