import { AppError, requestFault } from "@zerotrace/core";
import type { SealContext } from "./envelope.ts";
import { isSealed, KEY_BYTES } from "./envelope.ts";
import type { KeySource } from "./keyring.ts";
import { type MasterKeys, unwrapLocally } from "./master-keys.ts";

export interface TransitOptions {
  /** The service's address, such as `https://vault.example.com:8200`. */
  readonly url: string;
  /** The name of the key at the service. */
  readonly key: string;
  readonly token: string;
  /** Master keys of this machine: what they wrapped before there was a service still opens. */
  readonly former?: KeySource;
  readonly fetch?: typeof fetch;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
const ANSWER_CHARS_MAX = 64 * 1024;
/** How long the newest version of the key is taken as known, in ms. */
const VERSION_KNOWN_MS = 60_000;

const unavailable = (why: string): AppError =>
  new AppError("KMS_UNAVAILABLE", `The key management service ${why}: see that it runs and takes kmsToken.`);

type Answer = Readonly<Record<string, unknown>>;

const dataOf = async (answer: Response): Promise<Answer> => {
  const text = await answer.text();
  if (text.length > ANSWER_CHARS_MAX) throw unavailable("answers too much");
  try {
    const { data } = JSON.parse(text) as { data?: Answer };
    if (typeof data === "object" && data !== null) return data;
  } catch {
    // what it says instead may hold what it was sent
  }
  throw unavailable("answers something else than its interface says");
};

const base64 = (context: SealContext): string => Buffer.from(JSON.stringify(context)).toString("base64");

/**
 * Master keys that never leave a service with the interface of Vault's and OpenBao's transit engine: it wraps and unwraps data
 * keys. The key must be of type aes256-gcm96, for these take associated data. Its versions are the ids: `transit-<name>-<version>`.
 * Throws KMS_UNAVAILABLE when the service does not answer, UNSEALABLE when it refuses a wrapped key.
 */
export const transitMasterKeys = (options: TransitOptions): MasterKeys => {
  const send = options.fetch ?? fetch;
  let known: { version: number; atMs: number } | null = null;

  const ask = async (path: string, body?: object): Promise<Answer> => {
    const url = `${options.url.replace(/\/+$/, "")}/v1/transit/${path}/${encodeURIComponent(options.key)}`;
    let answer: Response;
    try {
      answer = await send(url, {
        method: body === undefined ? "GET" : "POST",
        headers: { "x-vault-token": options.token, "content-type": "application/json" },
        redirect: "error",
        signal: AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw unavailable(`cannot be reached (${requestFault(error)})`);
    }
    if (answer.status === 400 && path === "decrypt") {
      throw new AppError(
        "UNSEALABLE",
        "The key management service refuses a data key: it was changed or is another's.",
      );
    }
    if (!answer.ok) throw unavailable(`answers ${answer.status}`);
    return dataOf(answer);
  };
  const idOf = (version: number | string): string => `transit-${options.key}-${version}`;

  return {
    currentId: async () => {
      if (known === null || performance.now() - known.atMs > VERSION_KNOWN_MS) {
        const version = (await ask("keys"))["latest_version"];
        if (typeof version !== "number") throw unavailable("names no version of the key");
        known = { version, atMs: performance.now() };
      }
      return idOf(known.version);
    },
    wrap: async (key, context) => {
      const body = { plaintext: key.toString("base64"), associated_data: base64(context) };
      const wrapped = (await ask("encrypt", body))["ciphertext"];
      const version = typeof wrapped === "string" ? /^[a-z]+:v(\d+):/.exec(wrapped)?.[1] : undefined;
      if (typeof wrapped !== "string" || version === undefined) throw unavailable("wraps in an unknown form");
      return { masterKeyId: idOf(version), wrapped };
    },
    unwrap: async ({ wrapped }, context) => {
      // a service's own text begins with its name
      if (options.former !== undefined && isSealed(wrapped)) return unwrapLocally(options.former, wrapped, context);
      const plain = (await ask("decrypt", { ciphertext: wrapped, associated_data: base64(context) }))["plaintext"];
      const key = Buffer.from(typeof plain === "string" ? plain : "", "base64");
      if (key.length !== KEY_BYTES) throw unavailable("unwraps something that is no data key");
      return key;
    },
  };
};
