import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { credentialFor } from "./registry-auth.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "zerotrace-auth-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const auth = (user: string): { auth: string } => ({ auth: Buffer.from(`${user}:secret`).toString("base64") });
const file = (name: string, config: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof config === "string" ? config : JSON.stringify(config));
  return path;
};
const userOf = async (host: string, repository: string, authFiles: readonly string[], dockerConfig = "/nonexistent") =>
  (await credentialFor(host, { authFiles, dockerConfig }, repository))?.user ?? null;

test("of Podman's auth.json the most exact name counts: repository, namespace, registry; Docker Hub is docker.io there", async () => {
  const podman = file("auth.json", {
    auths: {
      "quay.io": auth("registry"),
      "quay.io/acme": auth("namespace"),
      "quay.io/acme/app": auth("repository"),
      "docker.io": auth("hub"),
      "docker.io/library/nginx": auth("nginx"),
    },
  });
  expect(await userOf("quay.io", "acme/app", [podman])).toBe("repository");
  expect(await userOf("quay.io", "acme/other/deep", [podman])).toBe("namespace");
  expect(await userOf("quay.io", "acmes/app", [podman])).toBe("registry");
  expect(await userOf("registry-1.docker.io", "library/nginx", [podman])).toBe("nginx");
  expect(await userOf("registry-1.docker.io", "library/redis", [podman])).toBe("hub");
  expect(await userOf("ghcr.io", "acme/app", [podman])).toBeNull();
});

test("files are asked in their order, then docker's configuration; one that is missing or broken hides no later one", async () => {
  const docker = join(folder, "docker");
  mkdirSync(docker);
  writeFileSync(join(docker, "config.json"), JSON.stringify({ auths: { "ghcr.io": auth("docker") } }));
  const first = file("first.json", { auths: { "quay.io": auth("first") } });
  const second = file("second.json", { auths: { "quay.io": auth("second"), "ghcr.io": null, "gcr.io": { auth: 7 } } });
  const broken = [join(folder, "absent.json"), file("broken.json", "{"), file("null.json", "null")];
  expect(await userOf("quay.io", "a/b", [...broken, first, second], docker)).toBe("first");
  expect(await userOf("ghcr.io", "a/b", [...broken, first, second], docker)).toBe("docker");
  expect(await userOf("gcr.io", "a/b", [second], docker)).toBeNull();
});
