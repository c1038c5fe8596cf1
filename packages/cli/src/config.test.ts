import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "./fixtures.ts";

const dir = mkdtempSync(join(tmpdir(), "zt-cli-config-"));
afterAll(() => rmSync(dir, { recursive: true }));
const VALUE = "postgres://u:hunter2@h/d";
const config = (verb: string, more: string[] = [], input: string[] = []) =>
  run(["config", verb, ...more, "--data-dir", dir], {}, input);

test("config encrypt, decrypt and rotate: a secret in, a sealed line out, a new key, the secret back", async () => {
  const sealed = await config("encrypt", ["databaseUrl"], [`${VALUE}\n`]);
  expect(sealed).toMatchObject({ code: 0, out: expect.stringMatching(/^sealed:v1:\S+\n$/) });
  const path = join(dir, "zerotrace.yaml");
  writeFileSync(path, `databaseUrl: ${sealed.out}port: 9\n`);
  expect(await config("decrypt", ["databaseUrl"])).toMatchObject({ code: 0, out: `${VALUE}\n` });
  const rotated = await config("rotate");
  expect(rotated.out).toMatch(/^The new master key is m-\S+; 1 setting sealed anew: databaseUrl\n$/);
  expect(readFileSync(path, "utf8")).not.toContain(sealed.out.trim());
  expect((await config("decrypt", ["databaseUrl"])).out).toBe(`${VALUE}\n`);
  const shown = await config("check");
  expect(shown.code).toBe(0);
  expect(shown.out).not.toMatch(/hunter2|sealed:v1/);
});

test("config decrypt --write and encrypt --write change the file and print no secret", async () => {
  const opened = await config("decrypt", ["databaseUrl", "--write"]);
  expect(opened.out + opened.err).not.toContain("hunter2");
  expect(readFileSync(join(dir, "zerotrace.yaml"), "utf8")).toContain(VALUE);
  await config("encrypt", ["databaseUrl", "--write"]);
  expect(readFileSync(join(dir, "zerotrace.yaml"), "utf8")).not.toContain("hunter2");
  expect(await config("encrypt", ["databaseUrl", "--write"])).toMatchObject({
    code: 2,
    err: expect.stringContaining("is sealed already"),
  });
});

test("a setting that there is none of, and no value, are refused", async () => {
  expect(await config("encrypt", ["databseUrl"], ["x"])).toMatchObject({ code: 2, out: "" });
  expect((await config("encrypt", ["databaseUrl"])).err).toContain("no value to seal");
});
