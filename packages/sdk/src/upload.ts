import { page, type PageRequest } from "./page.ts";
import { lengthOf, type Progress, type UploadBody } from "./request.ts";

/** A request with a body of bytes. */
export interface Upload {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: UploadBody;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Bytes handed over at once. */
const CHUNK_BYTES = 64 * 1024;

const streamOf = (body: UploadBody): ReadableStream<Uint8Array> => {
  if (body instanceof ReadableStream) return body;
  const blob = body instanceof Blob ? body : new Blob([body as ArrayBuffer]);
  let at = 0;
  return new ReadableStream({
    pull: async (to) => {
      const chunk = new Uint8Array(await blob.slice(at, at + CHUNK_BYTES).arrayBuffer());
      at += chunk.byteLength;
      if (chunk.byteLength > 0) to.enqueue(chunk);
      if (at >= blob.size) to.close();
    },
  });
};

/** Sends through `fetch`, counting what it takes. */
const byStream = (send: typeof globalThis.fetch, { url, body, onProgress, ...rest }: Upload): Promise<Response> => {
  const totalBytes = lengthOf(body);
  let sentBytes = 0;
  const counted = streamOf(body).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, to) => {
        to.enqueue(chunk);
        sentBytes += chunk.byteLength;
        onProgress({ sentBytes, totalBytes });
      },
    }),
  );
  const request = { ...rest, credentials: "same-origin", body: counted, duplex: "half" } as const;
  return send(url, request);
};

/** Sends as pages do: their `fetch` does not say how far it is. */
const byPage = (
  Request: new () => PageRequest,
  { url, method, headers, body, signal, onProgress }: Upload,
): Promise<Response> =>
  new Promise((resolve, reject) => {
    const request = new Request();
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) =>
      onProgress({ sentBytes: loaded, totalBytes: lengthOf(body) }),
    );
    request.addEventListener("load", () => {
      const told = new Headers();
      for (const name of ["content-type", "retry-after"]) {
        const value = request.getResponseHeader(name);
        if (value !== null) told.set(name, value);
      }
      const { status, responseText } = request;
      resolve(new Response(status === 204 ? null : responseText, { status, headers: told }));
    });
    request.addEventListener("error", () => reject(new TypeError("the connection was lost")));
    request.addEventListener("abort", () => reject(signal.reason as Error));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });

/** Sends bytes and tells how far it is. */
export const upload = (send: typeof globalThis.fetch, request: Upload): Promise<Response> =>
  page.XMLHttpRequest === undefined || request.body instanceof ReadableStream
    ? byStream(send, request)
    : byPage(page.XMLHttpRequest, request);
