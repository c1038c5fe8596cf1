import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { newToken } from "../auth/index.ts";
import { createLog, FILE_BYTES_MAX } from "./index.ts";

test("one JSON line an event with ECS names, secrets hidden at any depth and in any text", () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", version: "1.2.3", to: { write: (line) => void lines.push(line) } });
  const token = newToken("device", 1).secret;
  const error = Object.assign(new Error(`connect postgres://u:hunter2@h/d with ${token}`), { code: "X1" });
  const names = [
    "authorization",
    "cookie",
    "set-cookie",
    "token",
    "apiToken",
    "client_secret",
    "credential",
    "Password",
  ];
  const secrets = Object.fromEntries(names.map((name) => [name, "hunter2"]));
  log.warn(
    { a: [{ b: secrets }], ...secrets, url: `/x?t=${token}`, kept: { credentialKind: "api", count: 3 } },
    `saw ${token}`,
  );
  log.child(secrets).error({ err: error }, "failed");
  log.debug("unseen");
  expect(lines).toHaveLength(2);
  expect(lines.join("")).not.toMatch(/hunter2|zt_d_1_/);
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(first).toMatchObject({
    "log.level": "warn",
    "service.version": "1.2.3",
    kept: { credentialKind: "api", count: 3 },
  });
  expect(Date.parse(String(first?.["@timestamp"]))).toBeGreaterThan(0);
  expect(second).toMatchObject({ "error.type": "Error", "error.code": "X1", message: "failed" });
});

test("a log file is for its owner only, and its folder is made", async () => {
  const folder = mkdtempSync(join(tmpdir(), "zt-log-"));
  const file = join(folder, "deep/zerotrace.log");
  const log = createLog({ level: "info", version: "1", to: { file } });
  log.info("kept");
  await vi.waitFor(() => expect(readFileSync(file, "utf8")).toContain('"kept"'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  rmSync(folder, { recursive: true });
});

test("a log file over its bound is put aside when it is opened again, and one is kept", () => {
  const folder = mkdtempSync(join(tmpdir(), "zt-log-"));
  const file = join(folder, "zerotrace.log");
  for (const name of ["first", "second"]) {
    writeFileSync(file, name);
    truncateSync(file, FILE_BYTES_MAX + 1);
    createLog({ level: "info", version: "1", to: { file } });
    expect(readFileSync(`${file}.1`).subarray(0, name.length).toString()).toBe(name);
  }
  writeFileSync(file, "small");
  createLog({ level: "info", version: "1", to: { file } });
  expect(readFileSync(file, "utf8")).toBe("small");
  rmSync(folder, { recursive: true });
});
