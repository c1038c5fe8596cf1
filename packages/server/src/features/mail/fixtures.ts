import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { TEST_CERTIFICATE, TEST_KEY } from "../audit/fixtures.ts";

/** A mail as a real server took it. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly isSecure: boolean;
  /** As it came over the line. */
  readonly raw: string;
  /** Headers by their names in small letters, unfolded, with encoded words decoded. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  /** Types of all parts. */
  readonly types: readonly string[];
}

/** A mail server on this machine, and what it does. */
export interface TestMailServer {
  readonly port: number;
  readonly taken: TakenMail[];
  /** What receivers it refuses for good. */
  readonly refused: Set<string>;
  /** Answers every mail that it cannot take now. */
  isBusy: boolean;
  close(): Promise<void>;
}

const word = (charset: string, encoding: string, text: string): string =>
  encoding.toUpperCase() === "B"
    ? Buffer.from(text, "base64").toString("utf8")
    : Buffer.from(
        text
          .replaceAll("_", " ")
          .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        "latin1",
      ).toString(charset.toLowerCase() === "utf-8" ? "utf8" : "latin1");

const decoded = (value: string): string =>
  value
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?([^?]+)\?([BQbq])\?([^?]*)\?=/g, (_, charset: string, encoding: string, text: string) =>
      word(charset, encoding, text),
    );

const headersOf = (head: string): Record<string, string> =>
  Object.fromEntries(
    head
      .replaceAll(/\r\n[ \t]+/g, " ")
      .split("\r\n")
      .map((line) => [
        line.slice(0, line.indexOf(":")).toLowerCase(),
        decoded(line.slice(line.indexOf(":") + 1).trim()),
      ]),
  );

interface Part {
  readonly headers: Record<string, string>;
  readonly body: string;
}

const bodyOf = (text: string, encoding = "7bit"): string => {
  if (encoding === "base64") return Buffer.from(text, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return text;
  const joined = text.replaceAll("=\r\n", "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
};

const partsIn = (raw: string): Part[] => {
  const at = raw.indexOf("\r\n\r\n");
  const headers = headersOf(raw.slice(0, at));
  const content = raw.slice(at + 4);
  const [, boundary] = /boundary="([^"]+)"/.exec(headers["content-type"] ?? "") ?? [];
  if (boundary === undefined) return [{ headers, body: bodyOf(content, headers["content-transfer-encoding"]) }];
  const inner = content.split(`--${boundary}`).slice(1, -1);
  return [{ headers, body: "" }, ...inner.flatMap((part) => partsIn(part.replace(/^\r\n/, "")))];
};

const mailOf = (raw: string, from: string, to: readonly string[], isSecure: boolean): TakenMail => {
  const parts = partsIn(raw);
  const typeOf = (part: Part): string => (part.headers["content-type"] ?? "").split(";")[0] ?? "";
  const bodyWith = (type: string): string => parts.find((part) => typeOf(part) === type)?.body ?? "";
  const types = parts.map(typeOf);
  const [whole] = parts as [Part];
  return {
    from,
    to,
    isSecure,
    raw,
    headers: whole.headers,
    text: bodyWith("text/plain"),
    html: bodyWith("text/html"),
    types,
  };
};

/** Starts a mail server. `secure`: it offers STARTTLS; `password`: it takes mail from user `zt` with that password alone. */
export const startMailServer = async (
  options: { readonly secure?: boolean; readonly password?: string } = {},
): Promise<TestMailServer> => {
  const { secure = false, password } = options;
  const taken: TakenMail[] = [];
  const refused = new Set<string>();
  const state = { isBusy: false };
  const server = new SMTPServer({
    key: TEST_KEY,
    cert: TEST_CERTIFICATE,
    disabledCommands: secure ? [] : ["STARTTLS"],
    authOptional: password === undefined,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    onAuth: (auth, _, done) =>
      auth.username === "zt" && auth.password === password
        ? done(null, { user: "zt" })
        : done(new Error("Authentication failed")),
    onRcptTo: (address, _, done) =>
      refused.has(address.address)
        ? done(Object.assign(new Error("No such user here"), { responseCode: 550 }))
        : done(),
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        if (state.isBusy) {
          done(Object.assign(new Error("Come back later"), { responseCode: 451 }));
          return;
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? "" : mailFrom.address;
        const raw = Buffer.concat(chunks).toString("utf8");
        taken.push(
          mailOf(
            raw,
            from,
            rcptTo.map((one) => one.address),
            session.secure,
          ),
        );
        done();
      });
    },
  });
  // a client that refuses the certificate is the test's business
  server.on("error", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    taken,
    refused,
    get isBusy() {
      return state.isBusy;
    },
    set isBusy(value: boolean) {
      state.isBusy = value;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
};
