import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, expect, test } from "vitest";
import { run } from "./fixtures.ts";

const dir = mkdtempSync(join(tmpdir(), "zt-cli-mail-"));
afterAll(() => rmSync(dir, { recursive: true }));
const mail = (address: string) => run(["mail", "test", address, "--data-dir", dir], {}, []);

test("mail test sends one mail with the machine's settings, and says what the server said where it takes none", async () => {
  expect(await mail("ann@example.com")).toMatchObject({
    code: 2,
    err: expect.stringContaining("No mail server is set"),
  });
  const taken: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    disableReverseLookup: true,
    onRcptTo: ({ address }, _, done) =>
      done(address === "ann@example.com" ? null : Object.assign(new Error("No such user here"), { responseCode: 550 })),
    onData: (stream, session, done) => {
      stream.resume();
      stream.on("end", () => {
        taken.push(...session.envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.server.address() as AddressInfo;
  const settings = {
    mailUrl: `smtp://127.0.0.1:${port}`,
    mailFrom: "zt@example.com",
    mailTls: "off",
    publicUrl: "https://zt.example",
  };
  writeFileSync(join(dir, "zerotrace.yaml"), JSON.stringify(settings));
  expect(await mail("ann@example.com")).toMatchObject({
    code: 0,
    out: `127.0.0.1:${port} took the mail to ann@example.com.\n`,
  });
  expect(await mail("bob@example.com")).toMatchObject({ code: 2, err: expect.stringContaining("No such user here") });
  expect(taken).toEqual(["ann@example.com"]);
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
