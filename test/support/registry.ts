import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer as createHttp, request, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { digestOf, type MadeImage } from "@zerotrace/plugins/targets/image/image-fixtures";
import { type AskedOfServer, startServer } from "@zerotrace/plugins/targets/image/registry-fixtures";

const run = promisify(execFile);
const INSTALLED = "/usr/bin/docker-registry";
const START_TIMEOUT_MS = 15_000;
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const REGISTRY_USER = "tester";
export const REGISTRY_PASSWORD = "registry-test-only";
/** bcrypt of the password, for a registry that lives as long as its test. */
const HTPASSWD = `${REGISTRY_USER}:$2b$04$VoNzWyNYj8mw8LgReEAfeu.ukipLM2zFF6aX8LBeTmOlbzOuN.JR6\n`;
const AUTHORIZATION = `Basic ${Buffer.from(`${REGISTRY_USER}:${REGISTRY_PASSWORD}`).toString("base64")}`;

/** A registry server that a test talks with. */
export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly isReal: boolean;
  /** Uploads an image as the container tools do, under a tag and its digest. */
  push(repository: string, tag: string, image: MadeImage): Promise<void>;
  /** Uploads bytes as a manifest under a tag. */
  pushManifest(repository: string, tag: string, bytes: Buffer, type: string): Promise<void>;
  close(): Promise<void>;
}

/** Debian's docker-registry: as installed, else unpacked from its package; null where neither can be had. */
const registryProgram = async (folder: string): Promise<string | null> => {
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

const put = async (url: URL, body: Buffer, type: string): Promise<void> => {
  const headers = { authorization: AUTHORIZATION, "content-type": type };
  const response = await fetch(url, { method: "PUT", headers, body: new Uint8Array(body) });
  if (response.status !== 201) throw new Error(`${url.pathname}: ${response.status} ${await response.text()}`);
};

const pushing = (host: string): Pick<TestRegistry, "push" | "pushManifest"> => {
  const pushManifest: TestRegistry["pushManifest"] = (repository, version, bytes, type) =>
    put(new URL(`http://${host}/v2/${repository}/manifests/${version}`), bytes, type);
  return {
    pushManifest,
    push: async (repository, tag, { blobs, manifest }) => {
      for (const [digest, bytes] of blobs) {
        const base = `http://${host}/v2/${repository}/blobs/uploads/`;
        const { headers } = await fetch(base, { method: "POST", headers: { authorization: AUTHORIZATION } });
        const to = new URL(headers.get("location") ?? "", base);
        to.searchParams.set("digest", digest);
        await put(to, bytes, "application/octet-stream");
      }
      for (const version of [digestOf(manifest), tag]) await pushManifest(repository, version, manifest, MANIFEST);
    },
  };
};

const startReal = async (program: string, folder: string): Promise<TestRegistry | null> => {
  const port = await freePort();
  const config = join(folder, "config.yml");
  await writeFile(join(folder, "htpasswd"), HTPASSWD);
  const settings = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "storage") } },
    http: { addr: `127.0.0.1:${port}` },
    auth: { htpasswd: { realm: "test", path: join(folder, "htpasswd") } },
  };
  await writeFile(config, JSON.stringify(settings));
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
    if (isUp) return { host, isReal: true, close, ...pushing(host) };
  }
  await close();
  return null;
};

/** What an emulated registry holds: by repository and tag or digest. */
type Held = Map<string, Map<string, Buffer>>;

const answerOf =
  (manifests: Held, blobs: ReadonlyMap<string, Buffer>) =>
  ({ method, path, authorization }: AskedOfServer, response: ServerResponse): boolean => {
    if (authorization !== AUTHORIZATION) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      return true;
    }
    const send = (bytes: Buffer | undefined): boolean => {
      if (bytes === undefined) return false;
      response.writeHead(200, { "docker-content-digest": digestOf(bytes), "content-length": bytes.length });
      response.end(method === "HEAD" ? "" : bytes);
      return true;
    };
    const json = (value: unknown): boolean => send(Buffer.from(JSON.stringify(value)));
    const { pathname } = new URL(path, "http://x");
    if (pathname === "/v2/_catalog") return json({ repositories: [...manifests.keys()].sort() });
    const [, name = "", kind = "", what = ""] = /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(pathname) ?? [];
    const of = manifests.get(name);
    if (of === undefined) return false;
    if (kind === "tags") return json({ name, tags: [...of.keys()].filter((tag) => !tag.includes(":")).sort() });
    return send(kind === "blobs" ? blobs.get(what) : of.get(what));
  };

/** A registry in this process, which notes what it is asked and can lose a tag. */
export interface EmulatedRegistry extends TestRegistry {
  readonly asked: readonly AskedOfServer[];
  remove(repository: string, tag: string): void;
  /** Forgets everything. */
  clear(): void;
}

/** Starts a registry in this process, with the one user. */
export const emulatedRegistry = async (): Promise<EmulatedRegistry> => {
  const manifests: Held = new Map();
  const blobs = new Map<string, Buffer>();
  const server = await startServer(answerOf(manifests, blobs));
  const hold = (repository: string, version: string, bytes: Buffer): void => {
    const of = manifests.get(repository) ?? new Map<string, Buffer>();
    manifests.set(repository, of.set(version, bytes).set(digestOf(bytes), bytes));
  };
  return {
    host: server.host,
    isReal: false,
    asked: server.asked,
    push: async (repository, tag, image) => {
      for (const [digest, bytes] of image.blobs) blobs.set(digest, bytes);
      hold(repository, tag, image.manifest);
    },
    pushManifest: async (repository, tag, bytes) => hold(repository, tag, bytes),
    remove: (repository, tag) => void manifests.get(repository)?.delete(tag),
    clear: () => {
      manifests.clear();
      blobs.clear();
    },
    close: () => server.close(),
  };
};

/** A real registry server where one can be had, else the emulation; says on stderr which. */
export const startRegistry = async (folder: string): Promise<TestRegistry> => {
  const program = await registryProgram(folder);
  const real = program === null ? null : await startReal(program, folder);
  process.stderr.write(
    real === null
      ? "NOT RUN against a real registry server: docker-registry cannot be had here. Run on an emulation.\n"
      : "Images are read from a real registry server: Debian's docker-registry.\n",
  );
  return real ?? (await emulatedRegistry());
};

/** A way to a registry that notes what passes. */
export interface NotingProxy {
  readonly host: string;
  /** `GET /v2/…` without queries, in the order of the requests. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Passes everything on to a host and notes it. */
export const notingProxy = async (to: string): Promise<NotingProxy> => {
  const asked: string[] = [];
  const server = createHttp((incoming, answer) => {
    const { method = "", url = "", headers } = incoming;
    asked.push(`${method} ${url.replace(/\?.*/, "")}`);
    const onward = request(`http://${to}${url}`, { method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.once("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${(server.address() as { port: number }).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
};
