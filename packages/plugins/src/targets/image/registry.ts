import { AppError, requestFault } from "@zerotrace/core";
import { verified } from "./archive.ts";
import { chosenManifest, descriptorsOf, type ImageManifest, wantedPlatform } from "./manifest.ts";
import type { ImageReference } from "./reference.ts";
import { type Credential, credentialFor, type RegistryEnvironment } from "./registry-auth.ts";
import { type ImageSource, MAX_MANIFEST_BYTES } from "./source.ts";
import { setTimeout as sleep } from "node:timers/promises";

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const ANSWER_TIMEOUT_MS = 30_000;
/** Without a byte for so long, a download broke off. */
const IDLE_TIMEOUT_MS = 60_000;
/** Times that a request is made again when the registry cannot answer now, or a download broke off (count). */
const MAX_RETRIES = 3;
const RETRY_AFTER_MS = 500;
/** A registry that wants a longer pause is not waited for. */
const MAX_PAUSE_MS = 10_000;
const NOT_NOW: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);
/** Redirects of one request (count). */
const MAX_REDIRECTS = 5;

export interface RegistryOptions {
  readonly env: RegistryEnvironment;
  /** `linux/arm64`; this machine's when absent. */
  readonly platform?: string;
  /** Speak HTTP; otherwise only with registries on this machine. */
  readonly isInsecure?: boolean;
  /** Asks instead of the global one: for a caller that bounds which addresses are asked. */
  readonly fetch?: typeof fetch;
  /** For tests. */
  readonly times?: Partial<RegistryTimes>;
  readonly signal: AbortSignal;
}

/** How long is waited, in ms. */
export interface RegistryTimes {
  readonly answerMs: number;
  readonly idleMs: number;
  readonly retryMs: number;
}

/**
 * An image in a registry (OCI distribution specification): its manifest for one platform, its layers as they are asked for, and
 * what is attached to it. Throws AppError NOT_FOUND, UNAUTHENTICATED and UNREADABLE, each with what to do.
 */
export const openRegistryImage = async (reference: ImageReference, options: RegistryOptions): Promise<ImageSource> => {
  const registry = new Registry(reference, options);
  const first = await registry.read(`manifests/${reference.version}`, { accept: ACCEPT });
  const readManifest = async (digest: string): Promise<Uint8Array> =>
    registry.read(`manifests/${digest}`, { accept: ACCEPT });
  const { manifest, digest } = await chosenManifest(first, readManifest, wantedPlatform(options.platform));
  return {
    reference: reference.text,
    digest,
    config: await registry.read(`blobs/${manifest.config.digest}`, { digest: manifest.config.digest }),
    configDigest: manifest.config.digest,
    layers: layersOf(registry, manifest),
    attached: await attachedTo(registry, digest),
    close: () => Promise.resolve(),
  };
};

const layersOf = (registry: Registry, { layers }: ImageManifest): ImageSource["layers"] =>
  layers.map(({ digest, size }) => ({
    sizeBytes: size,
    open: () => verified(registry.stream(`blobs/${digest}`), digest),
  }));

/** The referrers API, or the tag that stands for it in registries without. None of it is a fault. */
const attachedTo = async (registry: Registry, digest: string): Promise<ImageSource["attached"]> => {
  for (const path of [`referrers/${digest}`, `manifests/${digest.replace(":", "-")}`]) {
    try {
      const all = descriptorsOf(await registry.read(path, { accept: ACCEPT }));
      return all.map((one) => ({ type: one.artifactType || one.mediaType, digest: one.digest }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  return [];
};

interface Asked {
  readonly accept: string | undefined;
  /** Bytes that are there already. */
  readonly from: number;
}

interface Answer {
  readonly response: Response;
  /** Ends the answer when nothing comes any more; `end` it with the answer. */
  readonly timer: { readonly refresh: () => void; readonly end: () => void };
}

const discard = async ({ response, timer }: Answer): Promise<void> => {
  timer.end();
  await response.body?.cancel();
};

/** Whether a server that was spoken to in TLS answered in plain HTTP. */
const isPlainHttp = (error: unknown): boolean =>
  /wrong version number|packet length too long|EPROTO/i.test(requestFault(error));

/** One repository of a registry; remembers the token that it was given. */
class Registry {
  readonly #reference: ImageReference;
  readonly #options: RegistryOptions;
  readonly #base: string;
  readonly #send: typeof fetch;
  #authorization: string | null = null;

  constructor(reference: ImageReference, options: RegistryOptions) {
    this.#reference = reference;
    this.#options = options;
    this.#send = options.fetch ?? fetch;
    const name = reference.host.replace(/:\d+$/, "");
    const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(name);
    this.#base = `${isLocal || options.isInsecure === true ? "http" : "https"}://${reference.host}/v2/${reference.repository}`;
  }

  /** The bytes of a manifest or a small blob, checked against the digest where one is named. */
  async read(path: string, { accept, digest }: { accept?: string; digest?: string }): Promise<Buffer> {
    const named = digest ?? /sha256:[a-f0-9]{64}$/.exec(path)?.[0];
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    const chunks = this.stream(path, accept);
    for await (const chunk of named === undefined || path.startsWith("referrers/") ? chunks : verified(chunks, named)) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_MANIFEST_BYTES)
        throw new AppError(
          "UNREADABLE",
          `${this.#reference.text}: a manifest is larger than ${MAX_MANIFEST_BYTES} bytes.`,
        );
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }

  /** The bytes as they come; a download that broke off goes on where it was. Throws as `openRegistryImage`. */
  async *stream(path: string, accept?: string): AsyncGenerator<Buffer> {
    const url = `${this.#base}/${path}`;
    let doneBytes = 0;
    for (let broke = 0; ; broke++) {
      const { response, timer } = await this.#get(url, { accept, from: doneBytes });
      // Who does not know ranges begins again.
      let passBytes = response.status === 206 ? 0 : doneBytes;
      try {
        for await (const part of response.body ?? []) {
          timer.refresh();
          const chunk = Buffer.from(part.buffer, part.byteOffset, part.byteLength).subarray(passBytes);
          passBytes -= Math.min(passBytes, part.byteLength);
          if (chunk.length === 0) continue;
          doneBytes += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        this.#options.signal.throwIfAborted();
        if (error instanceof AppError) throw error;
        if (broke >= MAX_RETRIES) {
          const fault = `${this.#reference.text} broke off: ${requestFault(error)}; try again.`;
          throw new AppError("UNREADABLE", fault, { cause: error });
        }
        await this.#pause(broke);
      } finally {
        timer.end();
      }
    }
  }

  async #get(url: string, asked: Asked): Promise<Answer> {
    for (let retry = 0; ; retry++) {
      let answer = await this.#ask(url, asked);
      if (answer.response.status === 401) {
        const challenge = answer.response.headers.get("www-authenticate") ?? "";
        await discard(answer);
        this.#authorization = await this.#authorize(challenge);
        answer = await this.#ask(url, asked);
      }
      const { response } = answer;
      if (response.ok) return answer;
      await discard(answer);
      const wantsMs = Number(response.headers.get("retry-after") ?? 0) * 1000;
      if (!NOT_NOW.has(response.status) || retry >= MAX_RETRIES || wantsMs > MAX_PAUSE_MS)
        throw this.#refusal(response.status);
      await this.#pause(retry, wantsMs);
    }
  }

  #pause(retry: number, wantsMs = 0): Promise<unknown> {
    const ms = Math.max(wantsMs || 0, (this.#options.times?.retryMs ?? RETRY_AFTER_MS) * 2 ** retry);
    return sleep(ms, undefined, { signal: this.#options.signal });
  }

  /** Redirects are followed by hand: the authorization is the registry's and goes nowhere else. */
  async #ask(url: string, { accept, from }: Asked): Promise<Answer> {
    let at = url;
    for (let i = 0; i <= MAX_REDIRECTS; i++) {
      const headers = new Headers(accept === undefined ? {} : { accept });
      if (from > 0) headers.set("range", `bytes=${from}-`);
      if (new URL(at).host === this.#reference.host && this.#authorization !== null)
        headers.set("authorization", this.#authorization);
      const answer = await this.#fetch(at, headers);
      const { status, headers: told } = answer.response;
      const to = told.get("location");
      if (status < 300 || status >= 400 || to === null) return answer;
      await discard(answer);
      if (!URL.canParse(to, at)) throw new AppError("UNREADABLE", `${this.#reference.host} leads to no address.`);
      at = new URL(to, at).href;
      if (at.startsWith("http:") && this.#base.startsWith("https:"))
        throw new AppError("UNREADABLE", `${this.#reference.host} leads to an address without TLS.`);
    }
    throw new AppError("UNREADABLE", `${this.#reference.host} leads in circles.`);
  }

  async #fetch(url: string, headers: Headers): Promise<Answer> {
    const { signal, times } = this.#options;
    const { host } = this.#reference;
    const stalled = new AbortController();
    const inTime = setTimeout(
      () => stalled.abort(new Error("it did not answer in time")),
      times?.answerMs ?? ANSWER_TIMEOUT_MS,
    );
    try {
      const response = await this.#send(url, {
        headers,
        redirect: "manual",
        signal: AbortSignal.any([signal, stalled.signal]),
      });
      const idle = setTimeout(
        () => stalled.abort(new Error("no bytes came any more")),
        times?.idleMs ?? IDLE_TIMEOUT_MS,
      );
      return { response, timer: { refresh: () => void idle.refresh(), end: () => clearTimeout(idle) } };
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      const mend =
        this.#base.startsWith("https:") && isPlainHttp(error)
          ? "; for a registry without TLS add --insecure-registry"
          : "";
      const fault = `${host} cannot be reached: ${requestFault(error)}${mend}.`;
      throw new AppError("UNREADABLE", fault, { cause: error });
    } finally {
      clearTimeout(inTime);
    }
  }

  /** Answers a challenge (RFC 9110 section 11; docker's token specification). */
  async #authorize(challenge: string): Promise<string> {
    const credential = await credentialFor(this.#reference.host, this.#options.env);
    if (/^basic\b/i.test(challenge)) {
      if (credential === null) throw this.#refusal(401);
      return basicOf(credential);
    }
    const realm = fieldOf(challenge, "realm");
    if (!/^bearer\b/i.test(challenge) || realm === null || !URL.canParse(realm)) throw this.#refusal(401);
    const url = new URL(realm);
    if (url.protocol !== "https:" && !this.#base.startsWith("http:")) throw this.#refusal(401);
    const service = fieldOf(challenge, "service");
    const scope = fieldOf(challenge, "scope") ?? `repository:${this.#reference.repository}:pull`;
    return `Bearer ${await this.#token(url, { service, scope, credential })}`;
  }

  async #token(
    url: URL,
    asked: { service: string | null; scope: string; credential: Credential | null },
  ): Promise<string> {
    const { service, scope, credential } = asked;
    const { signal } = this.#options;
    const timeout = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    const fields = new URLSearchParams({ ...(service === null ? {} : { service }), scope });
    const request = async (): Promise<Response> => {
      if (credential?.isIdentityToken === true) {
        const body = new URLSearchParams([
          ...fields,
          ["grant_type", "refresh_token"],
          ["refresh_token", credential.password],
          ["client_id", "zerotrace"],
        ]);
        return this.#send(url, { method: "POST", body, redirect: "error", signal: timeout });
      }
      for (const [name, value] of fields) url.searchParams.set(name, value);
      const headers = new Headers(credential === null ? {} : { authorization: basicOf(credential) });
      return this.#send(url, { headers, redirect: "error", signal: timeout });
    };
    const response = await request().catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      throw new AppError("UNREADABLE", `${url.host} gives no token: ${requestFault(error)}.`, { cause: error });
    });
    const answer = (await response.json().catch(() => null)) as { token?: string; access_token?: string } | null;
    const token = answer?.token ?? answer?.access_token;
    if (response.ok && typeof token === "string") return token;
    throw this.#refusal(response.status === 200 ? 401 : response.status);
  }

  #refusal(status: number): AppError {
    const { text, host } = this.#reference;
    const login = `sign in with docker login ${host}, or set ZEROTRACE_REGISTRY_USER and ZEROTRACE_REGISTRY_PASSWORD`;
    if (status === 401 || status === 403)
      return new AppError("UNAUTHENTICATED", `${host} does not give ${text}: ${login}.`, { field: "target" });
    if (status === 404)
      return new AppError("NOT_FOUND", `There is no image ${text}, or it is not shown without signing in: ${login}.`, {
        field: "target",
      });
    if (status === 429)
      return new AppError("RATE_LIMITED", `${host} allows no more downloads now: ${login}, or wait.`, {
        field: "target",
      });
    return new AppError("UNREADABLE", `${host} answered ${status} for ${text}; try again later.`, { field: "target" });
  }
}

const basicOf = ({ user, password }: Credential): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const fieldOf = (challenge: string, name: string): string | null =>
  new RegExp(`[ ,]${name}="([^"]{1,2000})"`, "i").exec(challenge)?.[1] ?? null;
