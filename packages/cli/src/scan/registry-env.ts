import type { RegistryEnvironment } from "@zerotrace/plugins/targets/image/registry-auth";
import { homedir } from "node:os";
import { join } from "node:path";

/**
 * What the environment says of registries: `ZEROTRACE_REGISTRY_USER`, `ZEROTRACE_REGISTRY_PASSWORD`, `DOCKER_CONFIG`, and where Podman
 * keeps what it was given (`REGISTRY_AUTH_FILE`, else `XDG_RUNTIME_DIR`, then `XDG_CONFIG_HOME`).
 */
export const registryOf = (variables: Readonly<Record<string, string | undefined>>): RegistryEnvironment => {
  const user = variables["ZEROTRACE_REGISTRY_USER"];
  const password = variables["ZEROTRACE_REGISTRY_PASSWORD"];
  const dockerConfig = variables["DOCKER_CONFIG"];
  return {
    ...(user ? { user } : {}),
    ...(password ? { password } : {}),
    ...(dockerConfig ? { dockerConfig } : {}),
    authFiles: authFilesOf(variables),
  };
};

/** As Podman, Buildah and Skopeo look for them (containers-auth.json(5)). */
const authFilesOf = (variables: Readonly<Record<string, string | undefined>>): string[] => {
  const named = variables["REGISTRY_AUTH_FILE"];
  if (named) return [named];
  const configHome = variables["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  return [...runtimeFiles(variables["XDG_RUNTIME_DIR"]), join(configHome, "containers", "auth.json")];
};

const runtimeFiles = (folder: string | undefined): string[] => {
  if (folder) return [join(folder, "containers", "auth.json")];
  // Windows has neither.
  return process.getuid === undefined ? [] : [`/run/containers/${process.getuid()}/auth.json`];
};
