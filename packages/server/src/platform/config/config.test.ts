import { AppError } from "@zerotrace/core";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { describeConfig, loadConfig } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "zt-config-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (text: string): string => {
  const path = join(folder, "c.yaml");
  writeFileSync(path, text);
  return path;
};
const refusal = (run: () => unknown): AppError => {
  try {
    run();
  } catch (error) {
    return error as AppError;
  }
  throw new Error("was accepted");
};

test("defaults alone are a whole configuration", () => {
  const { config, origin } = loadConfig({ env: {} });
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 8080,
    feeds: [],
    heartbeatSeconds: 30,
    inventorySeconds: 3600,
    retentionDays: 365,
    auditRetentionDays: 730,
    companyDeletionDays: 7,
  });
  expect(config.dataDir).toBe(join(homedir(), ".zerotrace"));
  expect(new Set(Object.values(origin))).toEqual(new Set(["default"]));
});

test("file, environment and flags win in that order, and each value says where it came from", () => {
  const path = file("port: 1\nhost: ${HOST:-0.0.0.0}\nfeedSyncHours: 2\nlogLevel: warn\n");
  const env = {
    ZEROTRACE_PORT: "2",
    ZEROTRACE_FEED_SYNC_HOURS: "3",
    ZEROTRACE_FEEDS: "a, b,",
    DATABASE_URL: "postgres://u:p@h/d",
  };
  const { config, origin } = loadConfig({ file: path, env, flags: { port: 3, publicUrl: undefined, feeds: [] } });
  expect(config).toMatchObject({ port: 3, host: "0.0.0.0", feedSyncHours: 3, logLevel: "warn", feeds: ["a", "b"] });
  expect(origin).toMatchObject({
    port: "flag",
    host: "file",
    feedSyncHours: "environment",
    databaseUrl: "environment",
    publicUrl: "default",
  });
});

test("the file of the data directory is read without being named", () => {
  const path = file("port: 9\n");
  writeFileSync(join(folder, "zerotrace.yaml"), '{"port": 9191}');
  expect(loadConfig({ env: { ZEROTRACE_DATA_DIR: folder } }).config.port).toBe(9191);
  rmSync(join(folder, "zerotrace.yaml"));
  expect(path).toContain(folder);
});

test.each([
  ["a port that is none", { env: { ZEROTRACE_PORT: "99999" } }, "port", "ZEROTRACE_PORT"],
  ["a word for a number", { env: {}, flags: { workers: "many" } }, "workers", "command line"],
  ["less than 30 days of the trail", { env: { ZEROTRACE_AUDIT_RETENTION_DAYS: "29" } }, "auditRetentionDays", "AUDIT"],
  ["no days of history", { env: { ZEROTRACE_RETENTION_DAYS: "0" } }, "retentionDays", "ZEROTRACE_RETENTION_DAYS"],
  ["a foreign database", { env: { DATABASE_URL: "mysql://x/y" } }, "databaseUrl", "DATABASE_URL"],
])("refuses %s and names the key", (_, options, key, where) => {
  const error = refusal(() => loadConfig(options));
  expect(error).toMatchObject({ code: "BAD_CONFIG", field: key });
  expect(error.message).toContain(where);
});

test.each([
  ["an unknown setting", "prot: 1", "prot"],
  ["an unset variable", "host: ${NOPE}", "host"],
  ["a list", "- 1", "config"],
  ["broken YAML", "a: [", "config"],
])("refuses a file with %s and names the key", (_, text, key) => {
  expect(refusal(() => loadConfig({ file: file(text), env: {} }))).toMatchObject({ code: "BAD_CONFIG", field: key });
});

test.each(["port", "workers", "retentionDays", "feedSyncHours", "host", "dataDir"])(
  "an empty %s is refused by its flag's name and never read as 0; an empty variable is as if not set",
  (key) => {
    for (const empty of ["", " "]) {
      const error = refusal(() => loadConfig({ env: {}, flags: { [key]: empty } }));
      expect(error).toMatchObject({ code: "BAD_CONFIG", field: key });
      expect(error.message).toMatch(/^--[a-z-]+ is empty/);
    }
    const env = { [`ZEROTRACE_${key.replaceAll(/[A-Z]/g, "_$&").toUpperCase()}`]: "" };
    expect(loadConfig({ env }).origin).toMatchObject({ [key]: "default" });
  },
);

test.each(["port: ''", "port: ${NOPE:-}", "port: []", "port: true"])("a file's %s is no port", (text) => {
  expect(refusal(() => loadConfig({ file: file(text), env: {} }))).toMatchObject({ code: "BAD_CONFIG", field: "port" });
});

test("the data directory is absolute however it was given", () => {
  expect(loadConfig({ env: {}, flags: { dataDir: "a/../b" } }).config.dataDir).toBe(join(process.cwd(), "b"));
  expect(loadConfig({ env: { ZEROTRACE_DATA_DIR: "~/x" } }).config.dataDir).toBe(join(homedir(), "x"));
});

test("refuses a named file that does not exist", () => {
  expect(refusal(() => loadConfig({ file: join(folder, "none.yaml"), env: {} })).field).toBe("config");
});

test("describes every setting and hides secrets", () => {
  const rows = describeConfig(loadConfig({ env: { DATABASE_URL: "postgres://u:hunter2@h/d" } }));
  expect(JSON.stringify(rows)).not.toContain("hunter2");
  expect(rows.every((row) => row.meaning.length > 10)).toBe(true);
  expect(rows.find((row) => row.key === "databaseUrl")).toMatchObject({ value: "[redacted]", origin: "environment" });
});

test("a mail server is named without a user, mails come from one address, and neither begins another line", () => {
  const refused = (key: string, value: string) =>
    refusal(() => loadConfig({ env: {}, flags: { [key]: value } })).message;
  expect(refused("mailUrl", "smtp://u:hunter2@mail.example.com")).toMatch(/give mailUser and mailPassword/);
  for (const url of ["https://mail.example.com", "smtp://", "smtp://mail.example.com/path", "mail.example.com"]) {
    expect(refused("mailUrl", url)).toContain("mailUrl");
  }
  for (const from of [
    "zt",
    "zt@example.com, b@example.com",
    "a b@example.com",
    "zt@example.com\r\nBcc: b@example.com",
  ]) {
    expect(refused("mailFrom", from)).toContain("mailFrom");
  }
  expect(refused("mailTls", "maybe")).toMatch(/required, optional, off/);
  const env = { ZEROTRACE_MAIL_URL: "smtps://mail.example.com", ZEROTRACE_MAIL_PASSWORD: "hunter2" };
  const loaded = loadConfig({ env });
  expect(loaded.config).toMatchObject({ mailUrl: "smtps://mail.example.com", mailTls: "required" });
  expect(JSON.stringify(describeConfig(loaded))).not.toContain("hunter2");
});
