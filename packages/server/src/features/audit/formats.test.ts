import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { backOffMs } from "./forward.ts";
import { cefLine, jsonLine, syslogMessage } from "./formats.ts";
import { receiverOf } from "./deliver.ts";

const EVENT = {
  company: 7,
  at: "2026-01-02T03:04:05.000006Z",
  actor: "ann=|\\",
  action: "session.sign_in",
  target: "a\nb",
  detail: { why: "x=y|z" },
  before: null,
  after: null,
  ip: "192.0.2.1",
};
const content = JSON.stringify(EVENT);
const previous = "00".repeat(32);
const hash = createHash("sha256").update(Buffer.from(previous, "hex")).update(content).digest("hex");
const LINK = { seq: 12, previous, hash, content };

test("a line of JSON holds the very text that was hashed, so that anybody can compute the chain from an export", () => {
  const line = jsonLine(LINK);
  expect(JSON.parse(line)).toEqual({ seq: 12, previous, hash, event: EVENT });
  const text = line.slice(line.indexOf(`"event":`) + 8, -1);
  expect(createHash("sha256").update(Buffer.from(previous, "hex")).update(text).digest("hex")).toBe(hash);
});

test("CEF escapes its separators, stays on one line and tells time, who, what, where and the chain", () => {
  const line = cefLine(LINK, "1.0|x");
  expect(line).toMatch(/^CEF:0\|ZeroTrace\|ZeroTrace\|1\.0\\\|x\|session\.sign_in\|session\.sign_in\|3\|rt=\d+ /);
  expect(line).toContain(`suser=ann\\=|\\\\ act=session.sign_in src=192.0.2.1 cn1=12 cn1Label=seq`);
  expect(line).toContain(`cs1=a\\nb cs1Label=target cs2=${hash}`);
  expect(line).not.toContain("\n");
  const security = { ...LINK, content: JSON.stringify({ ...EVENT, action: "security.failed_login", ip: "" }) };
  expect(cefLine(security, "1")).toMatch(/\|security\.failed_login\|7\|(?!.*src=)/);
});

test("a syslog message has RFC 5424's header, its time with microseconds, the action as MSGID and the chain as data", () => {
  const message = syslogMessage(LINK, "line", "web 1");
  const data = `[zerotrace@32473 company="7" seq="12" hash="${hash}"]`;
  expect(message).toBe(`<109>1 2026-01-02T03:04:05.000006Z web?1 zerotrace - session.sign_in ${data} \u{FEFF}line`);
  const security = { ...LINK, content: JSON.stringify({ ...EVENT, action: "security.failed_login" }) };
  expect(syslogMessage(security, "", "").startsWith("<108>1 ")).toBe(true);
});

test("a row that is gone is told as that, and holds nothing up", () => {
  const gone = { ...LINK, content: null };
  expect(JSON.parse(jsonLine(gone))).toMatchObject({ event: null });
  expect(cefLine(gone, "1")).toContain("audit.removed");
  expect(syslogMessage(gone, "x", "h")).toContain("audit.removed");
});

test.each([
  ["file:///etc/passwd", "Write the address"],
  ["https://u:p@siem.example.com/", "Give the credential"],
  ["http://siem.example.com/", "Only TLS"],
  ["syslog+tcp://siem.example.com:601", "Only TLS"],
  ["syslog+udp://siem.example.com", "Only TLS"],
  ["https://127.0.0.1/", "not public"],
  ["https://[::1]/", "not public"],
  ["https://169.254.169.254/latest", "not public"],
  ["syslog+tls://10.0.0.5:6514", "not public"],
])("%s is no receiver until the operator allows it", (url, why) => {
  expect(() => receiverOf(url, [])).toThrow(why);
});

test("what the operator names may be sent to by any way; a port that is not named there may not", () => {
  expect(receiverOf("syslog+udp://10.0.0.5", ["10.0.0.5"])).toMatchObject({ transport: "udp", port: 514 });
  expect(receiverOf("syslog+tcp://[fd00::1]:601", ["fd00::1:601"])).toMatchObject({ host: "fd00::1", port: 601 });
  expect(receiverOf("http://siem:8088/x", ["SIEM:8088"])).toMatchObject({ kind: "http", port: 8088 });
  expect(() => receiverOf("http://siem:22/", ["siem:8088"])).toThrow("Only TLS");
  expect(receiverOf("https://siem.example.com/x", [])).toMatchObject({ port: 443 });
});

test("the back-off doubles from 5 s to an hour", () => {
  expect([0, 1, 2, 9, 10, 1000].map(backOffMs)).toEqual([5_000, 10_000, 20_000, 2_560_000, 3_600_000, 3_600_000]);
});
