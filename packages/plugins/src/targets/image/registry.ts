import { AppError, requestFault } from "@zerotrace/core";
import { verified } from "./archive.ts";
import { chosenManifest, descriptorsOf, type ImageManifest, wantedPlatform } from "./manifest.ts";
import type { ImageReference } from "./reference.ts";
import { type Credential, credentialFor, type RegistryEnvironment } from "./registry-auth.ts";
import { type ImageSource, MAX_MANIFEST_BYTES } from "./source.ts";

const ACCEPT = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");
const ANSWER_TIMEOUT_MS = 30_000;
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
  readonly signal: AbortSignal;
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

  /** The bytes as they come. Throws as `openRegistryImage`. */
  async *stream(path: string, accept?: string): AsyncGenerator<Buffer> {
    const response = await this.#get(`${this.#base}/${path}`, accept);
    try {
      for await (const chunk of response.body ?? [])
        yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    } catch (error) {
      this.#options.signal.throwIfAborted();
      throw new AppError("UNREADABLE", `${this.#reference.text} broke off: ${requestFault(error)}; try again.`, {
        cause: error,
      });
    }
  }

  async #get(url: string, accept: string | undefined): Promise<Response> {
    let response = await this.#ask(url, accept);
    if (response.status === 401) {
      const challenge = response.headers.get("www-authenticate") ?? "";
      await response.body?.cancel();
      this.#authorization = await this.#authorize(challenge);
      response = await this.#ask(url, accept);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw this.#refusal(response.status);
  }

  /** Redirects are followed by hand: the authorization is the registry's and goes nowhere else. */
  async #ask(url: string, accept: string | undefined): Promise<Response> {
    let at = url;
    for (let i = 0; i <= MAX_REDIRECTS; i++) {
      const isOwn = new URL(at).host === this.#reference.host;
      const headers = new Headers(accept === undefined ? {} : { accept });
      if (isOwn && this.#authorization !== null) headers.set("authorization", this.#authorization);
      const response = await this.#fetch(at, headers);
      const to = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || to === null) return response;
      await response.body?.cancel();
      at = new URL(to, at).href;
      if (at.startsWith("http:") && this.#base.startsWith("https:"))
        throw new AppError("UNREADABLE", `${this.#reference.host} leads to an address without TLS.`);
    }
    throw new AppError("UNREADABLE", `${this.#reference.host} leads in circles.`);
  }

  async #fetch(url: string, headers: Headers): Promise<Response> {
    const { signal } = this.#options;
    const timer = new AbortController();
    const timeout = setTimeout(() => timer.abort(new Error("it did not answer in time")), ANSWER_TIMEOUT_MS);
    try {
      return await this.#send(url, { headers, redirect: "manual", signal: AbortSignal.any([signal, timer.signal]) });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AppError) throw error;
      throw new AppError("UNREADABLE", `${this.#reference.host} cannot be reached: ${requestFault(error)}.`, {
        cause: error,
      });
    } finally {
      clearTimeout(timeout);
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
    return new AppError("UNREADABLE", `${host} answered ${status} for ${text}.`, { field: "target" });
  }
}

const basicOf = ({ user, password }: Credential): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;

const fieldOf = (challenge: string, name: string): string | null =>
  new RegExp(`[ ,]${name}="([^"]{1,2000})"`, "i").exec(challenge)?.[1] ?? null;
