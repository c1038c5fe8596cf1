import { AppError, messageOf } from "@zerotrace/core";
import { pemOf } from "@zerotrace/core/pki/x509";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Config } from "./platform/config/index.ts";
import { type HttpServer, renewTls, type TlsListener } from "./platform/http/index.ts";
import type { Logger } from "./platform/log/index.ts";
import { newAuthority } from "./platform/pki/index.ts";

type TlsConfig = Pick<Config, "tlsCert" | "tlsKey" | "agentTls">;

const LOOK_EVERY_MS = 60_000;

const read = async (field: "tlsCert" | "tlsKey", path: string): Promise<Buffer> => {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError("BAD_CONFIG", `${field}: ${path} cannot be read: ${messageOf(cause)}.`, { field, cause });
  }
};

/** An authority that signs nothing: only its name is told to clients, so that browsers do not offer certificates of people. */
const hint = (): string => pemOf("CERTIFICATE", newAuthority(0, new Date()).certificate.toString("base64"));

const filesOf = async (cert: string, key: string): Promise<{ cert: Buffer; key: Buffer }> => {
  const files = { cert: await read("tlsCert", cert), key: await read("tlsKey", key) };
  try {
    createSecureContext(files);
  } catch (cause) {
    const detail = `tlsCert and tlsKey cannot be used: ${messageOf(cause)}.`;
    throw new AppError("BAD_CONFIG", detail, { field: "tlsCert", cause });
  }
  return files;
};

/** What the server listens with; undefined for plain HTTP. Throws BAD_CONFIG for files that cannot be used. */
export const tlsOf = async ({ tlsCert, tlsKey, agentTls }: TlsConfig): Promise<TlsListener | undefined> => {
  if (tlsCert === undefined || tlsKey === undefined) {
    if (tlsCert === undefined && tlsKey === undefined && agentTls === "off") return undefined;
    throw new AppError("BAD_CONFIG", "TLS needs both tlsCert and tlsKey.", { field: tlsCert ? "tlsKey" : "tlsCert" });
  }
  return { ...(await filesOf(tlsCert, tlsKey)), ...(agentTls === "off" ? {} : { clientHint: hint() }) };
};

/** Takes a certificate that was renewed on disk within a minute, until the returned stop. */
export const watchTls = (
  { tlsCert, tlsKey }: TlsConfig,
  { http, listener, log }: { http: HttpServer; listener: TlsListener | undefined; log: Logger },
): (() => Promise<void>) => {
  if (listener === undefined || tlsCert === undefined || tlsKey === undefined) return async () => undefined;
  let held = listener;
  const look = async (): Promise<void> => {
    try {
      const files = await filesOf(tlsCert, tlsKey);
      if (files.cert.equals(Buffer.from(held.cert)) && files.key.equals(Buffer.from(held.key))) return;
      held = { ...held, ...files };
      renewTls(http.app, held);
      log.info({}, "TLS certificate renewed");
    } catch (error) {
      log.warn({ error: messageOf(error) }, "the TLS certificate on disk cannot be used: the former one stays");
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  return async () => clearInterval(timer);
};
