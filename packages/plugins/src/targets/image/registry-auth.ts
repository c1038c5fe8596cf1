import { AppError, messageOf } from "@zerotrace/core";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Bytes of docker's configuration, and of what a helper says. */
const MAX_BYTES = 1024 * 1024;
const HELPER_TIMEOUT_MS = 30_000;
/** Under this name docker keeps Docker Hub. */
const HUB_KEY = "https://index.docker.io/v1/";

export interface Credential {
  readonly user: string;
  readonly password: string;
  /** The password is a token that is traded for others (OAuth2). */
  readonly isIdentityToken: boolean;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string } | undefined>>;
  readonly credHelpers?: Readonly<Record<string, string | undefined>>;
  readonly credsStore?: string;
}

/** What the environment says: `ZEROTRACE_REGISTRY_USER`, `ZEROTRACE_REGISTRY_PASSWORD`, `DOCKER_CONFIG`. */
export interface RegistryEnvironment {
  readonly user?: string;
  readonly password?: string;
  readonly dockerConfig?: string;
}

/**
 * The credential for a registry: the environment's, else what the container tools keep in their configuration or their helpers.
 * Null when there is none. Throws AppError UNREADABLE when a helper that is named fails.
 */
export const credentialFor = async (host: string, env: RegistryEnvironment): Promise<Credential | null> => {
  if (env.user && env.password) return { user: env.user, password: env.password, isIdentityToken: false };
  const config = await dockerConfig(env.dockerConfig ?? join(homedir(), ".docker"));
  if (config === null) return null;
  const keys =
    host === "registry-1.docker.io"
      ? [HUB_KEY, "index.docker.io", "docker.io"]
      : [host, `https://${host}`, `https://${host}/`];
  for (const key of keys) {
    const helper = config.credHelpers?.[key];
    if (helper !== undefined) return fromHelper(helper, key);
  }
  for (const key of keys) {
    const found = fromAuth(config.auths?.[key]);
    if (found !== null) return found;
  }
  return config.credsStore === undefined ? null : fromHelper(config.credsStore, keys[0]!, true);
};

const dockerConfig = async (folder: string): Promise<DockerConfig | null> => {
  try {
    const bytes = await readFile(join(folder, "config.json"));
    const value: unknown = bytes.length > MAX_BYTES ? null : JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" ? value : null;
  } catch {
    // None, or none that can be read: the registry is asked without.
    return null;
  }
};

const fromAuth = (entry: { auth?: string; identitytoken?: string } | undefined): Credential | null => {
  if (entry === undefined) return null;
  const text = Buffer.from(entry.auth ?? "", "base64").toString("utf8");
  const at = text.indexOf(":");
  if (entry.identitytoken)
    return { user: text.slice(0, Math.max(at, 0)), password: entry.identitytoken, isIdentityToken: true };
  return at <= 0
    ? null
    : { user: text.slice(0, at), password: text.slice(at + 1).replace(/\0+$/, ""), isIdentityToken: false };
};

/** Runs `docker-credential-<name> get` as the container tools do. */
const fromHelper = async (name: string, key: string, isOptional = false): Promise<Credential | null> => {
  if (!/^[\w.-]+$/.test(name))
    throw new AppError("UNREADABLE", "docker's configuration names a credential helper that is none.");
  const answer = await output(`docker-credential-${name}`, ["get"], key).catch((cause: unknown) => {
    // A store for all registries that is not on this machine (a copied configuration) hides no public image.
    if (isOptional && (cause as NodeJS.ErrnoException).code === "ENOENT") return "credentials not found";
    throw new AppError("UNREADABLE", `docker-credential-${name} gave no credential: ${messageOf(cause)}.`, { cause });
  });
  if (/credentials not found/i.test(answer)) return null;
  try {
    const { Username, Secret } = JSON.parse(answer) as { Username?: string; Secret?: string };
    if (!Secret) return null;
    return { user: Username ?? "", password: Secret, isIdentityToken: Username === "<token>" };
  } catch {
    return null;
  }
};

const output = (command: string, args: readonly string[], input: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "ignore"], timeout: HELPER_TIMEOUT_MS });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      if (text.length > MAX_BYTES) child.kill();
    });
    child.on("error", reject);
    child.on("close", () => resolve(text));
    child.stdin.on("error", () => undefined);
    child.stdin.end(key(input));
  });

const key = (text: string): string => `${text}\n`;
