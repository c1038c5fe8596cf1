import { AppError } from "@zerotrace/core";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { digestOf, indexOf, madeImage, npmFile } from "./image-fixtures.ts";
import { mustReference, parseReference } from "./reference.ts";
import { openRegistryImage } from "./registry.ts";
import type { RegistryTimes } from "./registry-client.ts";
import type { RegistryEnvironment } from "./registry-auth.ts";
import { type Answering, registryOf, startServer, type TestServer } from "./registry-fixtures.ts";
import { scanImage } from "./scan-image.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "zerotrace-registry-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});
const started = async (answer: Answering): Promise<TestServer> => {
  const server = await startServer(answer);
  servers.push(server);
  return server;
};

const IMAGE = madeImage({
  layers: [
    { files: [npmFile("app", "lodash", "4.17.20"), { name: "pad", bytes: "x".repeat(50_000) }], packing: "plain" },
  ],
});
const LAYER = `/v2/acme/app/blobs/${digestOf(IMAGE.layers[0]!)}`;
const NOBODY: RegistryEnvironment = { dockerConfig: "/nonexistent" };
const BRIEF: RegistryTimes = { answerMs: 300, idleMs: 300, retryMs: 1 };

const scanned = async (
  { host }: TestServer,
  env = NOBODY,
  times: RegistryTimes = { ...BRIEF, answerMs: 10_000, idleMs: 10_000 },
) => {
  const { signal } = new AbortController();
  const source = await openRegistryImage(mustReference(`${host}/acme/app:1`), { env, times, signal });
  const { places, image } = await scanImage(source, { signal });
  return { packages: places.flatMap(({ packages }) => packages.map(({ component }) => component.name)), image: image! };
};

test("references read as the container tools read them", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  expect(parseReference("nginx:1.27")).toMatchObject({
    host: "registry-1.docker.io",
    repository: "library/nginx",
    version: "1.27",
  });
  expect(parseReference("acme/app")).toMatchObject({
    repository: "acme/app",
    version: "latest",
    text: "docker.io/acme/app:latest",
  });
  expect(parseReference(`ghcr.io/a/b/c:1@${digest}`)).toMatchObject({
    host: "ghcr.io",
    repository: "a/b/c",
    version: digest,
  });
  expect(parseReference("localhost:5000/x")).toMatchObject({ host: "localhost:5000", repository: "x" });
  expect(parseReference("localhost/x")?.host).toBe("localhost");
  for (const bad of ["", "UPPER/case", "a b", "../x", "a/../b", "x:", "x@sha256:1", "a".repeat(600)]) {
    expect(parseReference(bad), bad).toBeNull();
  }
});

test("an image is read from a registry, with what its referrers say is attached", async () => {
  const attached = {
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    artifactType: "application/spdx+json",
    digest: digestOf(Buffer.from("1")),
    size: 1,
  };
  const list = Buffer.from(JSON.stringify({ manifests: [attached] }));
  const digest = digestOf(IMAGE.manifest);
  const found = [{ type: "application/spdx+json", digest: attached.digest }];
  const { packages, image } = await scanned(await started(registryOf(IMAGE, { [`referrers/${digest}`]: list })));
  expect(packages).toEqual(["lodash"]);
  expect(image).toMatchObject({ digest, id: digestOf(IMAGE.config), attached: found });
  const tagged = await scanned(await started(registryOf(IMAGE, { [`manifests/${digest.replace(":", "-")}`]: list })));
  expect(tagged.image.attached).toEqual(found);
  expect((await scanned(await started(registryOf(IMAGE)))).image.attached).toEqual([]);
});

test("of a list of images the one for the platform is fetched", async () => {
  const server = await started(registryOf(IMAGE, { "manifests/1": indexOf([IMAGE]) }));
  expect((await scanned(server)).image.digest).toBe(digestOf(IMAGE.manifest));
});

/** Demands a token of a realm on the same server, which wants these words in `authorization`. */
const withTokens = (
  wants: (asked: { authorization: string | undefined; body: string; method: string }) => boolean,
): Answering => {
  const inner = registryOf(IMAGE);
  return (asked, response) => {
    if (asked.path.startsWith("/token")) {
      if (!wants(asked)) return void response.writeHead(401).end();
      return void response.end(JSON.stringify({ token: "good" }));
    }
    if (asked.authorization === "Bearer good") return inner(asked, response);
    const realm = `http://${response.req.headers.host}/token`;
    const challenge = `Bearer realm="${realm}",service="acme",scope="repository:acme/app:pull"`;
    return void response.writeHead(401, { "www-authenticate": challenge }).end();
  };
};

test("a token is asked for without a credential, and for the scope that the registry names", async () => {
  const server = await started(withTokens(({ authorization }) => authorization === undefined));
  expect((await scanned(server)).packages).toEqual(["lodash"]);
  const [first, ...others] = server.asked.filter(({ path }) => path.startsWith("/token"));
  expect(first!.path).toBe("/token?service=acme&scope=repository%3Aacme%2Fapp%3Apull");
  expect(others).toEqual([]);
});

const basic = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
let configs = 0;
const dockerConfig = (config: object): RegistryEnvironment => {
  const path = join(folder, `config-${++configs}`);
  mkdirSync(path);
  writeFileSync(join(path, "config.json"), JSON.stringify(config));
  return { dockerConfig: path };
};

test("credentials come from the environment, docker's configuration or its identity token", async () => {
  const server = await started(withTokens(({ authorization }) => authorization === basic("me", "secret:1")));
  expect((await scanned(server, { user: "me", password: "secret:1" })).packages).toEqual(["lodash"]);
  const auth = Buffer.from("me:secret:1").toString("base64");
  for (const key of [server.host, `https://${server.host}`]) {
    expect((await scanned(server, dockerConfig({ auths: { [key]: { auth } } }))).packages).toEqual(["lodash"]);
  }
  const traded = await started(
    withTokens(
      ({ method, body }) =>
        method === "POST" && /grant_type=refresh_token/.test(body) && /refresh_token=long-lived/.test(body),
    ),
  );
  const identity = {
    auths: { [traded.host]: { auth: Buffer.from("me:").toString("base64"), identitytoken: "long-lived" } },
  };
  expect((await scanned(traded, dockerConfig(identity))).packages).toEqual(["lodash"]);
});

test("a credential helper is asked as the container tools ask it; a store that is not here hides no public image", async () => {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const helper = join(bin, "docker-credential-ours");
  writeFileSync(
    helper,
    `#!/bin/sh\nread host\n[ "$1" = get ] || exit 1\necho "{\\"Username\\":\\"$host\\",\\"Secret\\":\\"given\\"}"\n`,
  );
  chmodSync(helper, 0o755);
  const before = process.env["PATH"];
  process.env["PATH"] = `${bin}:${before}`;
  try {
    const server: TestServer = await started(
      withTokens(({ authorization }) => authorization === basic(server.host, "given")),
    );
    expect((await scanned(server, dockerConfig({ credHelpers: { [server.host]: "ours" } }))).packages).toEqual([
      "lodash",
    ]);
    expect((await scanned(server, dockerConfig({ credsStore: "ours" }))).packages).toEqual(["lodash"]);
    const open = await started(withTokens(({ authorization }) => authorization === undefined));
    expect((await scanned(open, dockerConfig({ credsStore: "absent-here" }))).packages).toEqual(["lodash"]);
    const named = dockerConfig({ credHelpers: { [open.host]: "absent-here" } });
    await expect(scanned(open, named)).rejects.toThrow("docker-credential-absent-here gave no credential");
    await expect(scanned(open, dockerConfig({ credHelpers: { [open.host]: "../x" } }))).rejects.toThrow(
      "credential helper",
    );
  } finally {
    process.env["PATH"] = before;
  }
});

test("basic authentication goes to the registry and never with a redirect to another host", async () => {
  const elsewhere = await started((asked, response) => registryOf(IMAGE)({ ...asked, path: LAYER }, response));
  const server = await started((asked, response) => {
    if (asked.authorization !== basic("me", "x"))
      return void response.writeHead(401, { "www-authenticate": 'Basic realm="r"' }).end();
    if (asked.path === LAYER)
      return void response.writeHead(307, { location: `http://${elsewhere.host}/signed` }).end();
    return registryOf(IMAGE)(asked, response);
  });
  expect((await scanned(server, { user: "me", password: "x" })).packages).toEqual(["lodash"]);
  expect(elsewhere.asked.map(({ path, authorization }) => [path, authorization])).toEqual([["/signed", undefined]]);
  await expect(scanned(server)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  const circle = await started(
    (_, response) => void response.writeHead(307, { location: "/v2/acme/app/manifests/1" }).end(),
  );
  await expect(scanned(circle)).rejects.toThrow("leads in circles");
});

test("each refusal says what to do; what a registry cannot answer now is asked again", async () => {
  const refusing =
    (status: number, headers = {}): Answering =>
    (_, response) =>
      void response.writeHead(status, headers).end();
  const codeOf = async (answer: Answering) =>
    scanned(await started(answer)).then(
      () => "none",
      (error: { code: string; message: string }) => `${error.code} ${error.message}`,
    );
  expect(await codeOf(refusing(403))).toMatch(/^UNAUTHENTICATED .*docker login/);
  expect(await codeOf(refusing(401))).toMatch(/^UNAUTHENTICATED/);
  expect(await codeOf(refusing(404))).toMatch(/^NOT_FOUND There is no image 127/);
  expect(await codeOf(refusing(429, { "retry-after": "3600" }))).toMatch(/^RATE_LIMITED .*or wait/);
  expect(await codeOf(refusing(503))).toMatch(/^UNREADABLE .*answered 503/);
  let failures = 2;
  const server = await started((asked, response) =>
    failures-- > 0 ? void response.writeHead(503).end() : registryOf(IMAGE)(asked, response),
  );
  expect((await scanned(server)).packages).toEqual(["lodash"]);
});

test("a download that breaks off goes on where it was, also at a registry that knows no ranges", async () => {
  const bytes = IMAGE.layers[0]!;
  for (const knowsRanges of [true, false]) {
    let breaks = 2;
    const server = await started((asked, response) => {
      if (asked.path !== LAYER) return registryOf(IMAGE)(asked, response);
      const from = knowsRanges ? Number(/\d+/.exec(asked.range ?? "")?.[0] ?? 0) : 0;
      response.writeHead(from > 0 ? 206 : 200, { "content-length": bytes.length - from });
      if (breaks-- <= 0) return void response.end(bytes.subarray(from));
      response.write(bytes.subarray(from, from + 20_000), () => setTimeout(() => response.destroy(), 20));
    });
    expect((await scanned(server)).packages).toEqual(["lodash"]);
    const ranges = server.asked.filter(({ path }) => path === LAYER).map(({ range }) => range);
    expect(ranges).toHaveLength(3);
    expect(ranges[2]).toBe(`bytes=${knowsRanges ? 40_000 : 20_000}-`);
  }
});

test("a registry that is slow, silent, not there or not true to its digests is told as such", async () => {
  const silent = await started(() => undefined);
  await expect(scanned(silent, NOBODY, BRIEF)).rejects.toThrow("did not answer in time");
  const stalling = await started((asked, response) => {
    if (asked.path !== LAYER) return registryOf(IMAGE)(asked, response);
    response.writeHead(200, { "content-length": 50_000 }).write("x");
  });
  await expect(scanned(stalling, NOBODY, { ...BRIEF, idleMs: 50 })).rejects.toThrow(/broke off: .*no bytes came/);
  const gone = await started(() => undefined);
  await gone.close();
  await expect(scanned(gone)).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
  const other = madeImage({ layers: [{ files: [npmFile("app", "evil", "1.0.0")] }] });
  const lying = registryOf(IMAGE, { [LAYER.replace("/v2/acme/app/", "")]: other.layers[0]! });
  await expect(scanned(await started(lying))).rejects.toThrow(/Layer 1 .*not what its digest says/);
  const config = registryOf(IMAGE, { [`blobs/${digestOf(IMAGE.config)}`]: other.config });
  await expect(scanned(await started(config))).rejects.toThrow("not what its digest says");
  const large = registryOf(IMAGE, { "manifests/1": Buffer.alloc(9 * 1024 * 1024, " ") });
  await expect(scanned(await started(large))).rejects.toThrow("manifest is larger");
});

test("a caller's own fetch is the only one that is asked: for manifests, redirects and tokens alike", async () => {
  const asked: string[] = [];
  const answers = [
    new Response(null, { status: 307, headers: { location: "https://elsewhere.example/v2/x" } }),
    new Response(null, { status: 401, headers: { "www-authenticate": 'Bearer realm="https://auth.example/token"' } }),
  ];
  const own: typeof fetch = async (input) => {
    asked.push(input instanceof Request ? input.url : String(input));
    const answer = answers.shift();
    if (answer === undefined) throw new AppError("BAD_REQUEST", "It is at an address that is not public.");
    return answer;
  };
  const { signal } = new AbortController();
  const open = openRegistryImage(mustReference("registry.invalid/acme/app:1"), { env: NOBODY, fetch: own, signal });
  await expect(open).rejects.toThrow(/not public/);
  expect(asked[0]).toBe("https://registry.invalid/v2/acme/app/manifests/1");
  expect(asked[1]).toBe("https://elsewhere.example/v2/x");
  expect(asked[2]).toMatch(/^https:\/\/auth\.example\/token/);
  expect(asked).toHaveLength(3);
});
