import { z } from "zod";
import { AppError, messageOf } from "@zerotrace/core";
import type { ImageFault } from "../target.ts";
import { isSecret, redacted } from "./secrets.ts";

/** The parts of an image's configuration that matter here (OCI image specification, config.md). */
const configSchema = z.object({
  architecture: z.string().default(""),
  os: z.string().default(""),
  created: z.string().optional(),
  config: z
    .object({
      User: z.string().nullish(),
      Env: z.array(z.string()).nullish(),
      ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
      Labels: z.record(z.string(), z.string()).nullish(),
    })
    .nullish(),
  rootfs: z.object({ diff_ids: z.array(z.string()).max(1000) }),
  history: z
    .array(z.object({ created_by: z.string().optional(), empty_layer: z.boolean().optional() }))
    .max(10_000)
    .nullish(),
});

/** Characters of a build step that are read, and that are shown. */
const STEP_READ = 64 * 1024;
const STEP_SHOWN = 300;

export type ImageConfig = z.infer<typeof configSchema>;

/** Reads a configuration. Throws AppError UNREADABLE naming what is wrong with it. */
export const parseConfig = (bytes: Uint8Array): ImageConfig => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new AppError("UNREADABLE", `The image's configuration is no JSON: ${messageOf(cause)}.`, { cause });
  }
  const read = configSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new AppError(
    "UNREADABLE",
    `The image's configuration is not valid: ${issue?.path.map(String).join(".")} ${issue?.message}.`,
  );
};

/** The build step of each layer, in order; empty where the history does not tell. */
export const stepsOf = ({ history, rootfs }: ImageConfig): string[] => {
  const steps = (history ?? []).filter((one) => one.empty_layer !== true).map((one) => cleaned(one.created_by ?? ""));
  return rootfs.diff_ids.map((_, at) => (steps.length === rootfs.diff_ids.length ? (steps[at] ?? "") : ""));
};

/** As it was written in the Dockerfile, on one line, its secrets hidden. */
const cleaned = (step: string): string =>
  redacted(step.slice(0, STEP_READ))
    .text.replace(/^\/bin\/sh -c #\(nop\)\s*/, "")
    .replace(/^\/bin\/sh -c /, "RUN ")
    .replace(/^RUN (?:\|\d+ .*? )?\/bin\/sh -c /, "RUN ")
    .replace(/ # buildkit$/, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, STEP_SHOWN);

const BASE_NAME = "org.opencontainers.image.base.name";

/**
 * The image below: as its label says, else guessed from the history, where an image ends with CMD or ENTRYPOINT and what is built
 * on it follows. `system` names it then. Null where nothing tells.
 */
export const baseOf = (config: ImageConfig, system: string): { reference: string; layerCount: number } | null => {
  const history = config.history ?? [];
  const commands = history.flatMap((one, at) =>
    one.empty_layer === true && isCommand(one.created_by ?? "") ? [at] : [],
  );
  // The last commands are the image's own when no layer follows them.
  const border = commands.findLast((at) => history.slice(at + 1).some((one) => one.empty_layer !== true));
  const layerCount =
    border === undefined ? 0 : history.slice(0, border).filter((one) => one.empty_layer !== true).length;
  const label = config.config?.Labels?.[BASE_NAME];
  if (layerCount === 0 && label === undefined) return null;
  return { reference: label ?? (system === "" ? "an unnamed image" : system), layerCount };
};

const isCommand = (step: string): boolean => /^(?:\/bin\/sh -c #\(nop\)\s*)?(?:CMD|ENTRYPOINT)\b/.test(step);

const REMOTE_PORTS: Readonly<Record<string, string>> = { "22": "SSH", "23": "Telnet", "3389": "RDP", "5900": "VNC" };
const SETUID_NAMED = 5;

/** Faults of a configuration. A secret's name is told, never its value. */
export const faultsOf = (config: ImageConfig, setuid: readonly string[]): ImageFault[] => {
  const faults: ImageFault[] = [];
  const user = (config.config?.User ?? "").split(":")[0];
  if (user === "" || user === "root" || user === "0") {
    faults.push({
      id: "root-user",
      severity: "medium",
      says: "It runs as root.",
      fix: "Add USER with an unprivileged account.",
    });
  }
  const names = [...secretNames(config.config?.Env ?? [])];
  if (names.length > 0) {
    faults.push({
      id: "secret-in-env",
      severity: "high",
      says: `Its environment holds what looks like secrets: ${names.join(", ")}.`,
      fix: "Give them at run time and replace these.",
    });
  }
  const steps = secretSteps(config);
  if (steps.length > 0) {
    faults.push({
      id: "secret-in-history",
      severity: "high",
      says: `Its history holds what looks like secrets: ${steps.join(", ")}.`,
      fix: "Use build secrets (--mount=type=secret) and replace these.",
    });
  }
  for (const port of Object.keys(config.config?.ExposedPorts ?? {}).sort()) {
    const service = REMOTE_PORTS[port.split("/")[0] ?? ""];
    if (service !== undefined) {
      faults.push({
        id: "remote-access-port",
        severity: "medium",
        says: `It exposes port ${port} (${service}).`,
        fix: "Enter containers through their runtime instead.",
      });
    }
  }
  if (setuid.length > 0) {
    const more = setuid.length > SETUID_NAMED ? ` and ${setuid.length - SETUID_NAMED} more` : "";
    faults.push({
      id: "setuid",
      severity: "low",
      says: `Programs that run with their owner's rights: ${setuid.slice(0, SETUID_NAMED).join(", ")}${more}.`,
      fix: "Take the setuid bit away (chmod u-s) or run with no-new-privileges.",
    });
  }
  return faults;
};

const secretNames = (env: readonly string[]): Set<string> => {
  const names = new Set<string>();
  for (const one of env) {
    const at = one.indexOf("=");
    const [name, value] = [one.slice(0, at), one.slice(at + 1)];
    if (value !== "" && isSecret(name, value)) names.add(name);
  }
  return names;
};

const secretSteps = ({ history }: ImageConfig): string[] => {
  const steps = (history ?? []).map(({ created_by: step = "" }) => redacted(step.slice(0, STEP_READ)));
  return [...new Set(steps.flatMap(({ names }) => names))].sort();
};
