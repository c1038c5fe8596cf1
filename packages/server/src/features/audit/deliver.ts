import { AppError } from "@zerotrace/core";
import { createSocket } from "node:dgram";
import { lookup as resolveName, type LookupAddress } from "node:dns";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { isPublicAddress } from "../../platform/outgoing/index.ts";

/** A receiver as its address says. */
export interface Receiver {
  readonly kind: "http" | "syslog";
  readonly transport: "http" | "https" | "tcp" | "tls" | "udp";
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

/** How long a receiver may take for one batch, in ms. */
const TIMEOUT_MS = 20_000;
/** Larger messages are cut over UDP: a datagram holds no more. */
const DATAGRAM_BYTES_MAX = 60_000;
const TRANSPORTS: Readonly<Record<string, Pick<Receiver, "kind" | "transport"> & { port: number }>> = {
  "https:": { kind: "http", transport: "https", port: 443 },
  "http:": { kind: "http", transport: "http", port: 80 },
  "syslog+tls:": { kind: "syslog", transport: "tls", port: 6514 },
  "syslog+tcp:": { kind: "syslog", transport: "tcp", port: 601 },
  "syslog+udp:": { kind: "syslog", transport: "udp", port: 514 },
};

const refuse = (why: string): AppError => new AppError("BAD_REQUEST", why, { field: "url" });

const isAllowed = ({ host, port }: Receiver, allowed: readonly string[]): boolean =>
  allowed.some((one) => [host, `${host}:${port}`].includes(one.toLowerCase()));

/**
 * Reads a receiver's address. Throws BAD_REQUEST for one that is none, that carries a password, or that the operator has not allowed:
 * without being in `allowed` it must be public and behind TLS.
 */
export const receiverOf = (text: string, allowed: readonly string[]): Receiver => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const found = url === null ? undefined : TRANSPORTS[url.protocol];
  if (url === null || found === undefined || url.hostname === "") {
    throw refuse("Write the address as https://…, or syslog+tls://host:port (also +tcp, +udp).");
  }
  if (url.username !== "" || url.password !== "")
    throw refuse("Give the credential as authorization, not in the address.");
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const receiver = { ...found, url, host, port: Number(url.port) || found.port };
  if (isAllowed(receiver, allowed)) return receiver;
  if (found.transport !== "https" && found.transport !== "tls") {
    throw refuse(`Only TLS goes to ${host}: the operator allows other ways with auditSinkHosts.`);
  }
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw notPublic(host);
  return receiver;
};

const notPublic = (host: string): AppError =>
  refuse(`${host} is at an address that is not public: the operator allows it with auditSinkHosts.`);

/** Resolves a name only to public addresses, so that what is checked is what is connected to; undefined for an allowed host. */
const lookupFor = (receiver: Receiver, allowed: readonly string[]): { lookup?: LookupFunction } => {
  if (isAllowed(receiver, allowed)) return {};
  const lookup: LookupFunction = (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? [];
      if (error !== null) return done(error, "", 0);
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address))) {
        return done(notPublic(name), "", 0);
      }
      if (options.all === true) return (done as (e: null, all: LookupAddress[]) => void)(null, addresses);
      return done(null, first.address, first.family);
    });
  };
  return { lookup };
};

export interface Delivery {
  readonly receiver: Receiver;
  readonly allowed: readonly string[];
  /** A certificate authority to trust besides the system's. */
  readonly ca?: string;
  readonly timeoutMs?: number;
}

/** Posts lines in one body; resolves when the receiver answered 2xx. Redirects are failures. */
export const postLines = (
  { receiver, allowed, ca, timeoutMs = TIMEOUT_MS }: Delivery,
  lines: readonly string[],
  { format, authorization }: { format: "cef" | "json"; authorization: string | null },
): Promise<void> =>
  new Promise((resolve, reject) => {
    const send = receiver.transport === "https" ? httpsRequest : httpRequest;
    const request = send(receiver.url, {
      method: "POST",
      agent: false,
      headers: {
        "content-type": format === "json" ? "application/x-ndjson" : "text/plain; charset=utf-8",
        ...(authorization === null ? {} : { authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
      ...lookupFor(receiver, allowed),
      ...(ca === undefined ? {} : { ca }),
    });
    request.once("error", reject);
    request.once("response", (answer) => {
      answer.resume();
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode < 300) answer.once("end", resolve).once("error", reject);
      else reject(new Error(`it answers ${statusCode}`));
    });
    request.end(`${lines.join("\n")}\n`);
  });

const socketTo = ({ receiver, allowed, ca }: Delivery): Socket => {
  const to = { host: receiver.host, port: receiver.port, ...lookupFor(receiver, allowed) };
  if (receiver.transport === "tcp") return connectTcp(to);
  const name = isIP(receiver.host) === 0 ? { servername: receiver.host } : {};
  return connectTls({ ...to, ...name, ...(ca === undefined ? {} : { ca }) });
};

const sendStream = (delivery: Delivery, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = socketTo(delivery);
    socket.setTimeout(delivery.timeoutMs ?? TIMEOUT_MS, () => socket.destroy(new Error("it does not answer in time")));
    socket.once("error", reject);
    // a receiver that is done says so by its own end; whoever breaks off before has not taken all
    socket.once("close", (failed) => (failed ? undefined : resolve()));
    socket.resume();
    socket.end(bytes);
  });

const sendDatagrams = async ({ receiver }: Delivery, messages: readonly Buffer[]): Promise<void> => {
  const socket = createSocket(isIP(receiver.host) === 6 ? "udp6" : "udp4");
  try {
    for (const message of messages) {
      await new Promise<void>((resolve, reject) => {
        socket.send(message.subarray(0, DATAGRAM_BYTES_MAX), receiver.port, receiver.host, (error) =>
          error === null ? resolve() : reject(error),
        );
      });
    }
  } finally {
    socket.close();
  }
};

/**
 * Sends messages of RFC 5424: over TCP and TLS counted as RFC 6587 and RFC 5425 say, over UDP one in a datagram. Resolves when the
 * connection was ended in good order: syslog has no other acknowledgment, and UDP has none.
 */
export const sendSyslog = async (delivery: Delivery, messages: readonly string[]): Promise<void> => {
  const bytes = messages.map((message) => Buffer.from(message));
  if (delivery.receiver.transport === "udp") return sendDatagrams(delivery, bytes);
  return sendStream(delivery, Buffer.concat(bytes.flatMap((one) => [Buffer.from(`${one.length} `), one])));
};
