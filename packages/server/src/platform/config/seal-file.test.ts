import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { keyringPath, newMasterKey } from "../crypto/keyring.ts";
import { decryptSetting, describeConfig, encryptSetting, loadConfig, rotateSettings } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "zt-sealed-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "zerotrace.yaml");
const flags = { dataDir: folder };
const options = { flags, env: {} };
const URL = "postgres://u:hunter2@h/d";
beforeEach(() => writeFileSync(path, `# ours\nport: 9 # kept\ndatabaseUrl: ${URL}\n`, { mode: 0o640 }));
const refusal = (run: () => unknown): { code: string; field: string; message: string } => {
  try {
    run();
  } catch (error) {
    return error as never;
  }
  throw new Error("was accepted");
};

test("a value sealed for a setting stands in the file, is opened when it is loaded, and is never shown", () => {
  const sealed = encryptSetting(options, "databaseUrl", URL);
  expect(sealed).toMatch(/^sealed:v1:m-[0-9a-f]{16}:/);
  writeFileSync(path, `databaseUrl: ${sealed}\nfeeds:\n  - ${encryptSetting(options, "feeds", "https://u:p@f/")}\n`);
  const loaded = loadConfig(options);
  expect(loaded.config).toMatchObject({ databaseUrl: URL, feeds: ["https://u:p@f/"] });
  expect(loaded.origin.databaseUrl).toBe("file");
  expect(JSON.stringify(describeConfig(loaded).filter(({ key }) => key === "databaseUrl"))).not.toMatch(
    /hunter2|sealed/,
  );
});

test("sealing in place keeps the rest of the file and its mode; decrypting shows the value or puts it back", () => {
  encryptSetting(options, "databaseUrl");
  const text = readFileSync(path, "utf8");
  expect(text).toMatch(/^# ours\nport: 9 # kept\ndatabaseUrl: "sealed:v1:/);
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(loadConfig(options).config.databaseUrl).toBe(URL);
  expect(decryptSetting(options, "databaseUrl", { write: false })).toBe(URL);
  expect(readFileSync(path, "utf8")).toBe(text);
  decryptSetting(options, "databaseUrl", { write: true });
  expect(readFileSync(path, "utf8")).toContain(`databaseUrl: "${URL}"`);
});

test("a sealed value opens under no other name and with no other key; the refusal names the setting, not the value", () => {
  const sealed = encryptSetting(options, "databaseUrl", URL);
  writeFileSync(path, `publicUrl: ${sealed}\n`);
  expect(refusal(() => loadConfig(options))).toMatchObject({ code: "BAD_CONFIG", field: "publicUrl" });
  writeFileSync(path, `databaseUrl: ${sealed}\n`);
  const env = { ZEROTRACE_MASTER_KEY_FILE: join(folder, "none.key") };
  const gone = refusal(() => loadConfig({ flags, env }));
  expect(gone).toMatchObject({ code: "BAD_CONFIG", field: "databaseUrl" });
  expect(gone.message).toMatch(/the key m-[0-9a-f]+ is not here/);
  expect(gone.message).not.toContain("hunter2");
});

test("rotation seals the file's values anew under the new key, and loading goes on in between", () => {
  encryptSetting(options, "databaseUrl");
  const before = readFileSync(path, "utf8");
  const { keyId, settings } = rotateSettings(options);
  expect(settings).toEqual(["databaseUrl"]);
  expect(readFileSync(path, "utf8")).toContain(`sealed:v1:${keyId}:`);
  expect(loadConfig(options).config.databaseUrl).toBe(URL);
  writeFileSync(path, before);
  expect(loadConfig(options).config.databaseUrl).toBe(URL);
});

test("a key of the environment seals and opens, and no file of keys is made for it", () => {
  const dataDir = join(folder, "bare");
  const file = path;
  const env = { ZEROTRACE_MASTER_KEY: newMasterKey().bytes.toString("base64") };
  encryptSetting({ flags: { dataDir }, file, env }, "databaseUrl");
  expect(loadConfig({ flags: { dataDir }, file, env }).config).toMatchObject({ databaseUrl: URL });
  expect(() => statSync(keyringPath(dataDir))).toThrow("ENOENT");
  const next = { ZEROTRACE_MASTER_KEY: `${newMasterKey().bytes.toString("base64")},${env.ZEROTRACE_MASTER_KEY}` };
  expect(rotateSettings({ flags: { dataDir }, file, env: next })).toMatchObject({
    isNew: false,
    settings: ["databaseUrl"],
  });
  expect(refusal(() => loadConfig({ flags: { dataDir }, file, env })).field).toBe("databaseUrl");
});

test.each([
  ["a master key in the file", "masterKey: x\n", "masterKey"],
  ["a sealed value that was cut", "databaseUrl: sealed:v1:m-1:abc\n", "databaseUrl"],
])("refuses %s", (_, text, field) => {
  writeFileSync(path, text);
  expect(refusal(() => loadConfig(options))).toMatchObject({ code: "BAD_CONFIG", field });
});

test("what is no setting, or has no value, is not sealed", () => {
  expect(refusal(() => encryptSetting(options, "databseUrl", "x")).field).toBe("databseUrl");
  expect(refusal(() => encryptSetting(options, "dataDir", "x")).field).toBe("dataDir");
  expect(refusal(() => encryptSetting(options, "databaseUrl", "")).field).toBe("databaseUrl");
  expect(refusal(() => decryptSetting(options, "databaseUrl", { write: false })).message).toContain("is not sealed");
});
