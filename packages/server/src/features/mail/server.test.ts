import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@zerotrace/core";
import { afterAll, afterEach, expect, test } from "vitest";
import { TEST_CERTIFICATE } from "../audit/fixtures.ts";
import { startMailServer } from "./fixtures.ts";
import { createSender, type Letter, type MailConfig, MailRefused, mailServerOf } from "./server.ts";

const folder = mkdtempSync(join(tmpdir(), "zt-mail-"));
const mailCa = join(folder, "ca.pem");
writeFileSync(mailCa, TEST_CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true }));
const closers: (() => unknown)[] = [];
afterEach(async () => {
  // those who hold connections first
  for (const close of closers.splice(0).reverse()) await close();
});

const BASE: MailConfig = { mailTls: "required", mailFrom: "zt@example.com", publicUrl: "https://zt.example" };
const LETTER: Letter = {
  messageId: "<1@example.com>",
  to: { name: "Ann", address: "ann@example.com" },
  fromName: "ZeroTrace",
  subject: "Grüße",
  text: "text",
  html: "<p>html</p>",
  logo: null,
  choicesUrl: null,
};

const server = async (options: Parameters<typeof startMailServer>[0] = {}) => {
  const started = await startMailServer(options);
  closers.push(() => started.close());
  return started;
};
const sending = async (config: Partial<MailConfig>, letter = LETTER): Promise<MailRefused | null> => {
  const sender = createSender(mailServerOf({ ...BASE, ...config }) as NonNullable<ReturnType<typeof mailServerOf>>);
  closers.push(() => sender.close());
  return sender.send(letter).then(
    () => null,
    (error: MailRefused) => error,
  );
};

test("without settings there is no mail, and what is missing or unsafe is said by the setting's name", () => {
  expect(mailServerOf({ mailTls: "required" })).toBeNull();
  const fault = (config: Partial<MailConfig>): string | undefined => {
    try {
      mailServerOf({ ...BASE, mailUrl: "smtp://mail.example.com", ...config });
    } catch (error) {
      return (error as AppError).field;
    }
    return undefined;
  };
  expect(fault({ mailUser: "zt", mailPassword: "x" })).toBeUndefined();
  expect(fault({ mailUser: "zt" })).toBe("mailPassword");
  expect(fault({ mailPassword: "x" })).toBe("mailUser");
  expect(fault({ mailUser: "zt", mailPassword: "x", mailTls: "off" })).toBe("mailTls");
  expect(fault({ mailUser: "zt", mailPassword: "x", mailTls: "optional" })).toBe("mailTls");
  expect(fault({ mailUrl: "smtps://mail.example.com", mailTls: "off" })).toBe("mailTls");
  expect(fault({ mailCa: join(folder, "nothing.pem") })).toBe("mailCa");
  expect(() => mailServerOf({ ...BASE, mailFrom: undefined, mailUrl: "smtp://x" })).toThrow(/mailFrom/);
  expect(() => mailServerOf({ ...BASE, publicUrl: undefined, mailUrl: "smtp://x" })).toThrow(/publicUrl/);
  expect(() => mailServerOf(BASE)).toThrow(/mailUrl/);
});

test("a mail goes over STARTTLS to a server whose authority is trusted, and the password with it", async () => {
  const mails = await server({ secure: true, password: "right" });
  const mailUrl = `smtp://localhost:${mails.port}`;
  expect(await sending({ mailUrl, mailCa, mailUser: "zt", mailPassword: "right" })).toBeNull();
  expect(mails.taken).toMatchObject([{ isSecure: true, text: "text\r\n", headers: { subject: "Grüße" } }]);
});

test("a server without STARTTLS, or with a certificate that nobody vouches for, gets nothing where TLS is required", async () => {
  const open = await server();
  const refused = await sending({ mailUrl: `smtp://127.0.0.1:${open.port}` });
  expect(refused?.message).toMatch(/STARTTLS/i);
  const secure = await server({ secure: true });
  const unknown = await sending({ mailUrl: `smtp://localhost:${secure.port}` });
  expect(unknown?.message).toMatch(/certificate/i);
  expect([refused?.isFinal, unknown?.isFinal, open.taken.length, secure.taken.length]).toEqual([false, false, 0, 0]);
  expect(await sending({ mailUrl: `smtp://127.0.0.1:${open.port}`, mailTls: "optional" })).toBeNull();
});

test("a wrong password is a failure that is tried again, and is not in what is said of it", async () => {
  const mails = await server({ secure: true, password: "right" });
  const wrong = "not-the-password";
  const refused = await sending({
    mailUrl: `smtp://localhost:${mails.port}`,
    mailCa,
    mailUser: "zt",
    mailPassword: wrong,
  });
  expect(refused).toBeInstanceOf(MailRefused);
  expect(refused?.isFinal).toBe(false);
  expect(refused?.message).toMatch(/Authentication failed/);
  expect(refused?.message).not.toContain(wrong);
  expect(refused?.message).not.toContain(Buffer.from(wrong).toString("base64"));
});

test("a receiver refused for good, or no address at all, is final; a server that is not there is not", async () => {
  const mails = await server();
  mails.refused.add("ann@example.com");
  const mailUrl = `smtp://127.0.0.1:${mails.port}`;
  expect((await sending({ mailUrl, mailTls: "off" }))?.isFinal).toBe(true);
  mails.refused.clear();
  mails.isBusy = true;
  expect((await sending({ mailUrl, mailTls: "off" }))?.isFinal).toBe(false);
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  const refused = await sending({ mailUrl: `smtp://127.0.0.1:${port}`, mailTls: "off" });
  expect([refused?.isFinal, refused?.message]).toEqual([false, expect.stringContaining(`127.0.0.1:${port}`)]);
});

test("no address or name brings another receiver or header with it", async () => {
  const mails = await server();
  const evil = "Ann\r\nBcc: victim@example.com";
  const letter = { ...LETTER, to: { name: evil, address: "ann@example.com" }, fromName: evil, subject: evil };
  expect(await sending({ mailUrl: `smtp://127.0.0.1:${mails.port}`, mailTls: "off" }, letter)).toBeNull();
  expect(mails.taken[0]?.to).toEqual(["ann@example.com"]);
  expect(mails.taken[0]?.headers["bcc"]).toBeUndefined();
});
