import { AppError, messageOf } from "@zerotrace/core";
import { readFileSync } from "node:fs";
import { BlockList, isIP } from "node:net";
import type { Transporter } from "nodemailer";
import type { Config } from "../../platform/config/index.ts";

/** What the configuration says of mail. */
export type MailConfig = Pick<
  Config,
  "mailUrl" | "mailFrom" | "mailUser" | "mailPassword" | "mailTls" | "mailCa" | "publicUrl"
>;

/** Where mail is handed over, and what stands in each. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the beginning; else by STARTTLS as `tls` says. */
  readonly isTls: boolean;
  readonly tls: Config["mailTls"];
  readonly ca: string | undefined;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
  readonly from: string;
  /** Where links lead, without a slash at its end. */
  readonly publicUrl: string;
}

/** A mail as it is handed over. */
export interface Letter {
  /** The same at each attempt, by which receivers know a second one. */
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly fromName: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly logo: { readonly type: string; readonly base64: string } | null;
  /** Where its kind can be switched off; null for what was asked for. */
  readonly choicesUrl: string | null;
}

/** Hands mails over. */
export interface Sender {
  /** Resolves when the server has taken it. Throws MailRefused. */
  send(letter: Letter): Promise<void>;
  close(): void;
}

/** Why a mail was not taken. */
export class MailRefused extends Error {
  /** The server refuses this mail for good; others may do better. */
  readonly isFinal: boolean;

  constructor(message: string, { isFinal }: { isFinal: boolean }) {
    super(message);
    this.name = "MailRefused";
    this.isFinal = isFinal;
  }
}

/** Times that a server may take, milliseconds. */
const TIMEOUTS = { connectionTimeout: 15_000, greetingTimeout: 15_000, socketTimeout: 60_000, dnsTimeout: 15_000 };
/** Mails over one connection (count). */
const MESSAGES_MAX = 50;
const PORTS = { "smtp:": 587, "smtps:": 465 } as const;
const ERROR_CHARS_MAX = 300;

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8);
loopback.addAddress("::1", "ipv6");
const isHere = (host: string): boolean =>
  host === "localhost" || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? "ipv6" : "ipv4"));

const wrong = (field: keyof MailConfig, detail: string, cause?: unknown) =>
  new AppError("BAD_CONFIG", detail, { field, cause });

const authOf = ({ mailUser: user, mailPassword: pass }: MailConfig): MailServer["auth"] => {
  if (user === undefined && pass === undefined) return undefined;
  if (user === undefined) throw wrong("mailUser", "mailPassword needs mailUser: give the user too.");
  if (pass === undefined) {
    throw wrong("mailPassword", "mailUser needs mailPassword: seal it with `zerotrace config encrypt mailPassword`.");
  }
  return { user, pass };
};

const caOf = ({ mailCa: path }: MailConfig): string | undefined => {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw wrong("mailCa", `mailCa: ${path} cannot be read: ${messageOf(cause)}.`, cause);
  }
};

/** The mail server that the configuration names; null for none. Throws BAD_CONFIG naming what is missing or unsafe. */
export const mailServerOf = (config: MailConfig): MailServer | null => {
  const { mailUrl, mailFrom: from, mailTls: tls, publicUrl } = config;
  const auth = authOf(config);
  if (mailUrl === undefined) {
    if (from === undefined && auth === undefined) return null;
    throw wrong(
      "mailUrl",
      "There are settings of mail but no mailUrl: name the server, such as smtp://mail.example.com:587.",
    );
  }
  if (from === undefined) throw wrong("mailFrom", "mailUrl needs mailFrom: the address that mails come from.");
  if (publicUrl === undefined) {
    throw wrong("publicUrl", "mailUrl needs publicUrl: links in mails lead to that address.");
  }
  const { protocol, hostname, port } = new URL(mailUrl);
  const host = hostname.replaceAll(/[[\]]/g, "");
  const isTls = protocol === "smtps:";
  if (isTls && tls !== "required") throw wrong("mailTls", "smtps:// is TLS from the beginning: leave mailTls out.");
  if (auth !== undefined && tls !== "required" && !isHere(host)) {
    throw wrong(
      "mailTls",
      `With mailTls ${tls} the password could go over the network in the open: leave mailTls out.`,
    );
  }
  return {
    host,
    port: port === "" ? PORTS[protocol as keyof typeof PORTS] : Number(port),
    isTls,
    tls,
    ca: caOf(config),
    auth,
    from,
    publicUrl: publicUrl.replace(/\/+$/, ""),
  };
};

type SmtpError = Error & { readonly code?: string; readonly command?: string; readonly responseCode?: number };

/** What concerns this mail alone: its receiver or its content is refused for good, or its address is none. */
const isOfMail = ({ code, command, responseCode }: SmtpError): boolean =>
  responseCode === undefined
    ? code === "EENVELOPE"
    : responseCode >= 500 && (command === "RCPT TO" || command === "DATA" || code === "EMESSAGE");

const refusalOf = (thrown: unknown, { host, port }: MailServer): MailRefused => {
  // oxlint-disable-next-line no-control-regex -- what a server says is shown to people
  const said = messageOf(thrown).replaceAll(/[\u0000-\u001f\u007f]+/g, " ");
  return new MailRefused(`${host}:${port}: ${said}`.slice(0, ERROR_CHARS_MAX), {
    isFinal: isOfMail(thrown as SmtpError),
  });
};

const messageFrom = ({ from }: MailServer, letter: Letter) => ({
  messageId: letter.messageId,
  from: { name: letter.fromName, address: from },
  to: { ...letter.to },
  subject: letter.subject,
  text: letter.text,
  html: letter.html,
  attachments:
    letter.logo === null
      ? []
      : [
          {
            cid: LOGO_CID,
            filename: `logo.${letter.logo.type.slice("image/".length)}`,
            content: letter.logo.base64,
            encoding: "base64",
            contentType: letter.logo.type,
            contentDisposition: "inline" as const,
          },
        ],
  headers: {
    // no answering machine replies to it
    "Auto-Submitted": "auto-generated",
    "X-Auto-Response-Suppress": "All",
    ...(letter.choicesUrl === null ? {} : { "List-Unsubscribe": `<${letter.choicesUrl}>` }),
  },
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** How the HTML of a mail names its picture. */
export const LOGO_CID = "logo@zerotrace";

/** Hands mails to this server. Connections are opened when the first goes, and its library is loaded then. */
export const createSender = (server: MailServer): Sender => {
  let transport: Promise<Transporter> | null = null;
  const open = async (): Promise<Transporter> => {
    const { createTransport } = await import("nodemailer");
    return createTransport({
      host: server.host,
      port: server.port,
      secure: server.isTls,
      requireTLS: !server.isTls && server.tls === "required",
      ignoreTLS: !server.isTls && server.tls === "off",
      tls: { minVersion: "TLSv1.2", ...(server.ca === undefined ? {} : { ca: server.ca }) },
      ...(server.auth === undefined ? {} : { auth: { ...server.auth } }),
      ...TIMEOUTS,
      pool: true,
      maxConnections: 2,
      maxMessages: MESSAGES_MAX,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  };
  return {
    send: async (letter) => {
      try {
        await (await (transport ??= open())).sendMail(messageFrom(server, letter));
      } catch (thrown) {
        throw refusalOf(thrown, server);
      }
    },
    close: () => void transport?.then((one) => one.close()),
  };
};
