import { createServer, type Server } from "node:http";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, seal } from "./envelope.ts";
import { ensureKeyring, keyringPath, newMasterKey, readKeyring, rotateKeyring } from "./keyring.ts";
import { localMasterKeys, type MasterKeys } from "./master-keys.ts";
import { transitMasterKeys } from "./transit.ts";

const folder = mkdtempSync(join(tmpdir(), "zt-keys-"));
/** A transit engine: its versions are keys of ours, so that what it refuses is refused for the same reasons. */
const engine = { versions: [newMasterKey()], token: "t-1", status: 200, asked: [] as string[] };
let server: Server;
let url = "";

const transit = (path: string, body: Record<string, string>): object => {
  const context = [body["associated_data"] ?? ""];
  if (path.includes("/keys/")) return { latest_version: engine.versions.length };
  if (path.includes("/encrypt/")) {
    const key = engine.versions.at(-1) as (typeof engine.versions)[number];
    return { ciphertext: `vault:v${engine.versions.length}:${seal(key, body["plaintext"] ?? "", context)}` };
  }
  const [, version, text] = /^vault:v(\d+):(.*)$/.exec(body["ciphertext"] ?? "") ?? [];
  const plain = open(text ?? "", () => engine.versions[Number(version) - 1]?.bytes, context);
  return { plaintext: plain.toString("utf8") };
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      engine.asked.push(`${request.method} ${request.url}`);
      const text = Buffer.concat(chunks).toString() || "{}";
      const allowed = request.headers["x-vault-token"] === engine.token;
      try {
        const data = transit(request.url ?? "", JSON.parse(text) as Record<string, string>);
        answer.writeHead(allowed ? engine.status : 403).end(JSON.stringify(allowed ? { data } : { errors: [] }));
      } catch {
        answer.writeHead(400).end(`{"errors":["cipher: message authentication failed"]}`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const KEY = Buffer.alloc(32, 5);
const keepers: [string, () => { keys: MasterKeys; rotate: () => unknown }][] = [
  [
    "a file",
    () => {
      const path = join(folder, "kept", "master.key");
      return { keys: localMasterKeys({ path }), rotate: () => rotateKeyring(path) };
    },
  ],
  [
    "a transit engine",
    () => ({
      keys: transitMasterKeys({ url, key: "zerotrace", token: "t-1" }),
      rotate: () => engine.versions.push(newMasterKey()),
    }),
  ],
];

test.each(keepers)("%s wraps data keys for one context, and opens the old ones after a rotation", async (_, make) => {
  const { keys, rotate } = make();
  const wrapped = await keys.wrap(KEY, [1, "k"]);
  expect(wrapped.masterKeyId).toBe(await keys.currentId());
  expect(await keys.unwrap(wrapped, [1, "k"])).toEqual(KEY);
  await expect(keys.unwrap(wrapped, [2, "k"])).rejects.toMatchObject({ code: "UNSEALABLE" });
  const changed = { ...wrapped, wrapped: `${wrapped.wrapped.slice(0, -2)}AA` };
  await expect(keys.unwrap(changed, [1, "k"])).rejects.toMatchObject({ code: "UNSEALABLE" });
  rotate();
  const next = await make().keys.wrap(KEY, [1, "k"]);
  expect(next.masterKeyId).not.toBe(wrapped.masterKeyId);
  expect(await keys.unwrap(wrapped, [1, "k"])).toEqual(KEY);
  expect(await keys.unwrap(next, [1, "k"])).toEqual(KEY);
});

test("a site that moves to a service still opens what its file wrapped, and wraps by the service", async () => {
  const path = join(folder, "moved", "master.key");
  const before = await localMasterKeys({ path }).wrap(KEY, [1, "k"]);
  const of = { url, key: "zerotrace", token: "t-1" };
  const keys = transitMasterKeys({ ...of, former: { variable: undefined, path } });
  expect(await keys.unwrap(before, [1, "k"])).toEqual(KEY);
  await expect(keys.unwrap(before, [2, "k"])).rejects.toMatchObject({ code: "UNSEALABLE" });
  const after = await keys.wrap(KEY, [1, "k"]);
  expect([before.masterKeyId.slice(0, 2), after.masterKeyId.slice(0, 8)]).toEqual(["m-", "transit-"]);
  expect(await keys.unwrap(after, [1, "k"])).toEqual(KEY);
});

test("a service that is away, or refuses the token, is not taken for a changed key; no error names a key or token", async () => {
  const keys = transitMasterKeys({ url, key: "zerotrace", token: "wrong" });
  await expect(keys.wrap(KEY, [1])).rejects.toMatchObject({ code: "KMS_UNAVAILABLE" });
  const away = transitMasterKeys({ url: "http://127.0.0.1:1", key: "k", token: "secret-token" });
  const refusal = await away.unwrap({ masterKeyId: "", wrapped: "x" }, [1]).catch((error: Error) => error.message);
  expect(refusal).toContain("cannot be reached");
  expect(refusal).not.toContain("secret-token");
});

test("the file of a first start is its owner's alone, and stays as it is at the next", () => {
  const path = keyringPath(join(folder, "new"));
  const [first] = ensureKeyring(path);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(ensureKeyring(path)).toEqual([first]);
  const rotated = rotateKeyring(path);
  expect(readKeyring(path).map(({ id }) => id)).toEqual([rotated, first?.id]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a file that others may read, or that holds something else, is refused without being shown", () => {
  const path = join(folder, "open.key");
  ensureKeyring(path);
  chmodSync(path, 0o640);
  expect(() => readKeyring(path)).toThrow(/chmod 600/);
  chmodSync(path, 0o600);
  const secret = readFileSync(path, "utf8").slice(60, 90);
  for (const text of ["", "{}", "hunter2", `{"schema":"zerotrace.keyring/1","keys":["hunter2"]}`, `{${secret}`]) {
    writeFileSync(path, text);
    const refusal = (() => {
      try {
        readKeyring(path);
        return "accepted";
      } catch (error) {
        return `${(error as Error).message} ${String((error as Error).cause)}`;
      }
    })();
    expect(refusal).toMatch(/is no file of master keys|must hold keys/);
    expect(refusal).not.toContain("hunter2");
    expect(refusal).not.toContain(secret);
  }
});

test("a key of the environment comes first, and those of the file still open: so a site moves from one to the other", async () => {
  const path = join(folder, "moved.key");
  const before = await localMasterKeys({ path }).wrap(KEY, [1]);
  const variable = newMasterKey().bytes.toString("base64");
  const after = localMasterKeys({ path, variable });
  expect(await after.currentId()).not.toBe(before.masterKeyId);
  expect(await after.unwrap(before, [1])).toEqual(KEY);
  expect(() => localMasterKeys({ path, variable: "short" })).toThrow(/32 bytes in base64/);
});
