import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  debOf,
  DEBIAN,
  digestOf,
  indexOf,
  type MadeImage,
  madeImage,
  npmFile,
} from "@zerotrace/plugins/targets/image/image-fixtures";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { openRegistryImage } from "@zerotrace/plugins/targets/image/registry";
import { registryOf, startServer } from "@zerotrace/plugins/targets/image/registry-fixtures";
import { scanImage } from "@zerotrace/plugins/targets/image/scan-image";

const run = promisify(execFile);
const INSTALLED = "/usr/bin/docker-registry";
const START_TIMEOUT_MS = 15_000;
const USER = "tester";
const PASSWORD = "registry-test-only";
/** bcrypt of the password, for a registry that lives as long as this test. */
const HTPASSWD = `${USER}:$2b$04$VoNzWyNYj8mw8LgReEAfeu.ukipLM2zFF6aX8LBeTmOlbzOuN.JR6\n`;
const SIGNED_IN = { user: USER, password: PASSWORD };

const IMAGE = madeImage({
  config: { User: "app" },
  layers: [
    { files: [DEBIAN, { name: "var/lib/dpkg/status", bytes: debOf("bash", "5.2-1") }], step: "ADD rootfs.tar /" },
    { files: [npmFile("app", "lodash", "4.17.20")], step: "COPY app /app" },
  ],
});

/** The registry that this test talks with. */
interface Registry {
  readonly host: string;
  readonly close: () => Promise<void>;
}

let folder = "";
let registry: Registry;

/** Debian's docker-registry: as installed, else unpacked from its package; null where neither can be had. */
const registryProgram = async (): Promise<string | null> => {
  if (existsSync(INSTALLED)) return INSTALLED;
  const unpacked = join(folder, "package");
  await mkdir(unpacked);
  try {
    await run("apt-get", ["download", "docker-registry"], { cwd: unpacked, timeout: 60_000 });
    await run("sh", ["-c", 'dpkg -x docker-registry_*.deb "$0"', unpacked], { cwd: unpacked });
  } catch {
    // No Debian, or no way to its packages: the test says so and runs on the emulation.
    return null;
  }
  const program = join(unpacked, INSTALLED);
  return existsSync(program) ? program : null;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
};

const startRegistry = async (program: string): Promise<Registry | null> => {
  const port = await freePort();
  const config = join(folder, "config.yml");
  await writeFile(join(folder, "htpasswd"), HTPASSWD);
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: "error", accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(folder, "storage") } },
      http: { addr: `127.0.0.1:${port}` },
      auth: { htpasswd: { realm: "test", path: join(folder, "htpasswd") } },
    }),
  );
  const child: ChildProcess = spawn(program, ["serve", config], { stdio: "ignore" });
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || !child.kill()) return;
    await once(child, "close");
  };
  const host = `127.0.0.1:${port}`;
  for (const until = Date.now() + START_TIMEOUT_MS; Date.now() < until && child.exitCode === null; await sleep(50)) {
    const isUp = await fetch(`http://${host}/v2/`).then(
      ({ status }) => status === 401,
      () => false,
    );
    if (isUp) return { host, close };
  }
  await close();
  return null;
};

/** Uploads an image as the container tools do (OCI distribution specification, push). */
const push = async (host: string, { blobs, manifest }: MadeImage, tag: string): Promise<void> => {
  const authorization = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  const put = async (url: URL, body: Buffer, type: string): Promise<void> => {
    const headers = { authorization, "content-type": type };
    const response = await fetch(url, { method: "PUT", headers, body: new Uint8Array(body) });
    if (response.status !== 201) throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
  };
  for (const [digest, bytes] of blobs) {
    const base = `http://${host}/v2/acme/app/blobs/uploads/`;
    const { headers } = await fetch(base, { method: "POST", headers: { authorization } });
    const to = new URL(headers.get("location") ?? "", base);
    to.searchParams.set("digest", digest);
    await put(to, bytes, "application/octet-stream");
  }
  const type = "application/vnd.oci.image.manifest.v1+json";
  for (const version of [digestOf(manifest), tag])
    await put(new URL(`http://${host}/v2/acme/app/manifests/${version}`), manifest, type);
  const index = "application/vnd.oci.image.index.v1+json";
  await put(new URL(`http://${host}/v2/acme/app/manifests/list`), indexOf([IMAGE]), index);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zerotrace-real-registry-"));
  const program = await registryProgram();
  const real = program === null ? null : await startRegistry(program);
  if (real !== null) {
    registry = real;
    await push(real.host, IMAGE, "1");
    process.stderr.write("Images are read from a real registry server: Debian's docker-registry.\n");
    return;
  }
  process.stderr.write(
    "NOT RUN against a real registry server: docker-registry cannot be had here. Run on an emulation.\n",
  );
  const expected = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString("base64")}`;
  registry = await startServer((asked, response) => {
    if (asked.authorization === expected)
      return registryOf(IMAGE, { "manifests/list": indexOf([IMAGE]) })(asked, response);
    return void response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
  });
});

afterAll(async () => {
  await registry?.close();
  await rm(folder, { recursive: true, force: true });
});

const scanned = async (version: string, env: object) => {
  const { signal } = new AbortController();
  const reference = mustReference(`${registry.host}/acme/app${version}`);
  const source = await openRegistryImage(reference, { env: { dockerConfig: "/nonexistent", ...env }, signal });
  return scanImage(source, { signal });
};

test("an image that was pushed to a registry server is found with its packages, layers and digests", async () => {
  const { places, image } = await scanned(":1", SIGNED_IN);
  const found = places.flatMap(({ packages, layer }) =>
    packages.map(({ component, layer: own }) => `${component.name} ${component.version} ${own ?? layer}`),
  );
  expect(found.sort()).toEqual(["bash 5.2-1 0", "debian 12 0", "lodash 4.17.20 1"]);
  expect(image).toMatchObject({ id: digestOf(IMAGE.config), digest: digestOf(IMAGE.manifest) });
});

test("it is found by its digest and through a list of manifests, too", async () => {
  for (const version of [`@${digestOf(IMAGE.manifest)}`, ":list"]) {
    expect((await scanned(version, SIGNED_IN)).image!.digest).toBe(digestOf(IMAGE.manifest));
  }
});

test("a registry server refuses who is not signed in and has no other image", async () => {
  await expect(scanned(":1", {})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(scanned(":1", { user: USER, password: "wrong" })).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  await expect(scanned(":absent", SIGNED_IN)).rejects.toMatchObject({ code: "NOT_FOUND" });
});
