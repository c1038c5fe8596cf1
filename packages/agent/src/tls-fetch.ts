import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";

export interface TlsIdentity {
  /** The agent's certificate and key, PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /** The authority of the server's certificate, PEM; those that the system knows where left out. */
  readonly serverCa?: string | undefined;
}

/** An answer of more bytes is cut off: the server sends us nothing that large. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const IDLE_MS = 60_000;

const headersOf = ({ rawHeaders }: IncomingMessage): Headers => {
  const headers = new Headers();
  for (let n = 0; n < rawHeaders.length; n += 2) headers.append(rawHeaders[n] ?? "", rawHeaders[n + 1] ?? "");
  return headers;
};

const answerOf = async (response: IncomingMessage): Promise<Response> => {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
    if (sizeBytes > ANSWER_BYTES_MAX) throw new Error(`the answer has more than ${ANSWER_BYTES_MAX} bytes`);
  }
  return new Response(sizeBytes === 0 ? null : new Uint8Array(Buffer.concat(chunks)), {
    status: response.statusCode ?? 0,
    headers: headersOf(response),
  });
};

/**
 * `fetch` as the agent uses it, over TLS that proves the agent by its certificate: bodies are text or bytes, and connections are
 * kept. The platform's own `fetch` where there is nothing to prove and no authority to believe.
 */
export const tlsFetch = ({ tls, serverCa }: TlsIdentity): typeof globalThis.fetch => {
  if (tls === undefined && serverCa === undefined) return globalThis.fetch;
  const agent = new Agent({
    keepAlive: true,
    timeout: IDLE_MS,
    ...(tls === undefined ? {} : { cert: tls.certificate, key: tls.key }),
    ...(serverCa === undefined ? {} : { ca: serverCa }),
  });
  return async (input, init = {}) => {
    const address = input instanceof Request ? input.url : String(input);
    if (!address.startsWith("https:")) return await fetch(input, init);
    const { body, method = "GET", signal } = init;
    const bytes = typeof body === "string" ? Buffer.from(body) : body instanceof Uint8Array ? body : new Uint8Array();
    const headers = Object.fromEntries(new Headers(init.headers));
    const length = bytes.length === 0 ? {} : { "content-length": bytes.length };
    const request = httpsRequest(address, {
      agent,
      method,
      headers: { ...headers, ...length },
      ...(signal ? { signal } : {}),
    });
    // what befalls the connection once the answer has begun is told by the answer
    request.on("error", () => undefined);
    request.end(bytes);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return await answerOf(response);
  };
};
