import { AppError, requestFault } from "@zerotrace/core";
import { verified } from "./archive.ts";
import type { RegistryEnvironment } from "./registry-auth.ts";
import { authorizationFor, refusalOf } from "./registry-token.ts";
import { MAX_MANIFEST_BYTES } from "./source.ts";
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** What is asked for where a manifest or an index of manifests is wanted. */
export const MANIFEST_TYPES = [
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
  /** How one signs in, as the refusals say it; the command line's ways unless said. */
  readonly signIn?: string;
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

/** One repository of a registry, or all of it. */
export interface RegistryPlace {
  /** `registry-1.docker.io`, `localhost:5000`. */
  readonly host: string;
  /** Empty for the registry itself. */
  readonly repository: string;
  /** As refusals name it. */
  readonly text: string;
}

/** A page of a list: what it holds, and the query of the next; null on the last. */
export interface ListPage {
  readonly value: unknown;
  readonly next: string | null;
}

interface Asked {
  readonly method?: "HEAD";
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

const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** The query of the next page (RFC 8288). One that leads elsewhere is none: the authorization is for this list. */
const nextOf = (link: string, url: string): string | null => {
  const [, to] = /<([^<>]{1,4000})>\s*;[^<]*\brel="?next"?/i.exec(link.slice(0, 8_000)) ?? [];
  if (to === undefined || !URL.canParse(to, url)) return null;
  const [at, next] = [new URL(url), new URL(to, url)];
  return next.pathname === at.pathname && next.search !== at.search && next.search !== "" ? next.search : null;
};

/** Whether a server that was spoken to in TLS answered in plain HTTP. */
const isPlainHttp = (error: unknown): boolean =>
  /wrong version number|packet length too long|EPROTO/i.test(requestFault(error));

/** Talks with one repository of a registry, or with the registry about its list; remembers the token that it was given. */
export class RegistryClient {
  readonly #reference: RegistryPlace;
  readonly #options: RegistryOptions;
  readonly #base: string;
  readonly #send: typeof fetch;
  #authorization: string | null = null;

  constructor(reference: RegistryPlace, options: RegistryOptions) {
    this.#reference = reference;
    this.#options = options;
    this.#send = options.fetch ?? fetch;
    const name = reference.host.replace(/:\d+$/, "");
    const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(name);
    this.#base = `${isLocal || options.isInsecure === true ? "http" : "https"}://${reference.host}/v2${reference.repository && "/"}${reference.repository}`;
  }

  /** The bytes of a manifest or a small blob, checked against the digest where one is named. */
  async read(path: string, { accept, digest }: { accept?: string; digest?: string }): Promise<Buffer> {
    const named = digest ?? /sha256:[a-f0-9]{64}$/.exec(path)?.[0];
    const chunks = this.stream(path, accept);
    return this.#gathered(named === undefined || path.startsWith("referrers/") ? chunks : verified(chunks, named));
  }

  async #gathered(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, what = "a manifest"): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_MANIFEST_BYTES)
        throw new AppError(
          "UNREADABLE",
          `${this.#reference.text}: ${what} is larger than ${MAX_MANIFEST_BYTES} bytes.`,
        );
      parts.push(chunk);
    }
    return Buffer.concat(parts);
  }

  /** The digest that a tag has now: asked by HEAD, which registries do not count as a download. Throws as `openRegistryImage`. */
  async digestOf(tag: string): Promise<string> {
    const path = `manifests/${tag}`;
    const asked = { method: "HEAD", accept: MANIFEST_TYPES, from: 0 } as const;
    const { response, timer } = await this.#get(`${this.#base}/${path}`, asked);
    timer.end();
    // Read to its end, which is at once, so that the connection serves the next.
    await response.arrayBuffer();
    const digest = response.headers.get("docker-content-digest") ?? "";
    if (DIGEST.test(digest)) return digest;
    const bytes = await this.read(path, { accept: MANIFEST_TYPES });
    return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  }

  /** A page of a list such as `tags/list`; `query` as the page before named it. Throws as `openRegistryImage`. */
  async list(path: string, query: string): Promise<ListPage> {
    const url = `${this.#base}/${path}${query}`;
    const { response, timer } = await this.#get(url, { accept: "application/json", from: 0 });
    try {
      const value: unknown = JSON.parse((await this.#gathered(response.body ?? [], "a list")).toString("utf8"));
      return { value, next: nextOf(response.headers.get("link") ?? "", url) };
    } catch (error) {
      this.#options.signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      const fault = `${this.#reference.text}: the list cannot be read: ${requestFault(error)}.`;
      throw new AppError("UNREADABLE", fault, { cause: error });
    } finally {
      timer.end();
    }
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
        this.#authorization = await authorizationFor(challenge, {
          place: this.#reference,
          isTls: this.#base.startsWith("https:"),
          options: this.#options,
        });
        answer = await this.#ask(url, asked);
      }
      const { response } = answer;
      if (response.ok) return answer;
      await discard(answer);
      const wantsMs = Number(response.headers.get("retry-after") ?? 0) * 1000;
      if (!NOT_NOW.has(response.status) || retry >= MAX_RETRIES || wantsMs > MAX_PAUSE_MS)
        throw refusalOf(this.#reference, response.status, this.#options.signIn);
      await this.#pause(retry, wantsMs);
    }
  }

  #pause(retry: number, wantsMs = 0): Promise<unknown> {
    const ms = Math.max(wantsMs || 0, (this.#options.times?.retryMs ?? RETRY_AFTER_MS) * 2 ** retry);
    return sleep(ms, undefined, { signal: this.#options.signal });
  }

  /** Redirects are followed by hand: the authorization is the registry's and goes nowhere else. */
  async #ask(url: string, { method, accept, from }: Asked): Promise<Answer> {
    let at = url;
    for (let i = 0; i <= MAX_REDIRECTS; i++) {
      const headers = new Headers(accept === undefined ? {} : { accept });
      if (from > 0) headers.set("range", `bytes=${from}-`);
      if (new URL(at).host === this.#reference.host && this.#authorization !== null)
        headers.set("authorization", this.#authorization);
      const answer = await this.#fetch(at, headers, method);
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

  async #fetch(url: string, headers: Headers, method: "HEAD" | undefined): Promise<Answer> {
    const { signal, times } = this.#options;
    const { host } = this.#reference;
    const stalled = new AbortController();
    const inTime = setTimeout(
      () => stalled.abort(new Error("it did not answer in time")),
      times?.answerMs ?? ANSWER_TIMEOUT_MS,
    );
    try {
      const response = await this.#send(url, {
        ...(method === undefined ? {} : { method }),
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
}
