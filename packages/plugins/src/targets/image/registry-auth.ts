import { AppError, messageOf } from "@zerotrace/core";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Bytes of a container tool's configuration, and of what a helper says. */
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

/** What the environment says: `ZEROTRACE_REGISTRY_USER`, `ZEROTRACE_REGISTRY_PASSWORD`, `DOCKER_CONFIG`, Podman's files. */
export interface RegistryEnvironment {
  readonly user?: string;
  readonly password?: string;
  readonly dockerConfig?: string;
  /** Podman's `auth.json`, in the order in which they are asked, before docker's configuration. */
  readonly authFiles?: readonly string[];
}

/**
 * The credential for a repository of a registry: the environment's, else what the container tools keep in their configuration or their
 * helpers; in a file of Podman's the most exact name counts (`quay.io/acme/app`, `quay.io/acme`, `quay.io`).
 * Null when there is none. Throws AppError UNREADABLE when a helper that is named fails.
 */
export const credentialFor = async (
  host: string,
  env: RegistryEnvironment,
  repository = "",
): Promise<Credential | null> => {
  if (env.user && env.password) return { user: env.user, password: env.password, isIdentityToken: false };
  const docker = join(env.dockerConfig ?? join(homedir(), ".docker"), "config.json");
  const keys = keysOf(host, repository);
  for (const path of [...(env.authFiles ?? []), docker]) {
    const config = await configIn(path);
    const found = config === null ? null : await credentialIn(config, keys);
    if (found !== null) return found;
  }
  return null;
};

const credentialIn = async (config: DockerConfig, keys: readonly string[]): Promise<Credential | null> => {
  for (const key of keys) {
    const helper = config.credHelpers?.[key];
    if (helper !== undefined) return fromHelper(helper, key);
  }
  for (const key of keys) {
    const found = fromAuth(config.auths?.[key]);
    if (found !== null) return found;
  }
  return config.credsStore === undefined ? null : fromHelper(config.credsStore, storeKeyOf(keys), true);
};

/** What a registry and its repository are called in configurations, the most exact name first. */
const keysOf = (host: string, repository: string): string[] => {
  const parts = repository === "" ? [] : repository.split("/");
  const within = (name: string): string[] => parts.map((_, i) => [name, ...parts.slice(0, parts.length - i)].join("/"));
  return host === "registry-1.docker.io"
    ? [...within("docker.io"), HUB_KEY, "index.docker.io", "docker.io"]
    : [...within(host), host, `https://${host}`, `https://${host}/`];
};

/** Stores know registries, no repositories. */
const storeKeyOf = (keys: readonly string[]): string =>
  keys.find((key) => key === HUB_KEY) ?? keys.at(-1)!.replace(/^https:\/\/|\/$/g, "");

const configIn = async (path: string): Promise<DockerConfig | null> => {
  try {
    const bytes = await readFile(path);
    const value: unknown = bytes.length > MAX_BYTES ? null : JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" ? value : null;
  } catch {
    // None, or none that can be read: the registry is asked without.
    return null;
  }
};

const fromAuth = (entry: { auth?: string; identitytoken?: string } | undefined): Credential | null => {
  if (typeof entry !== "object" || entry === null) return null;
  const text = Buffer.from(typeof entry.auth === "string" ? entry.auth : "", "base64").toString("utf8");
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
    throw new AppError("UNREADABLE", "The container tools' configuration names a credential helper that is none.");
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
