import type { Route } from "@zerotrace/core/schema";
import type { z } from "zod";

/** What a route wants from its caller: only the parts that it has. */
export interface CallInput<R extends Route> {
  params?: z.input<R["params"]>;
  query?: z.input<R["query"]>;
  body?: z.input<R["body"]>;
}
export type Answer<R extends Route> = z.output<R["answer"]>;

/** Bytes to send: a file of a page, a buffer, or a stream, which is read once and so never sent again. */
export type UploadBody = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

/** How far an upload is, in bytes; `totalBytes` is null for a stream. */
export interface Progress {
  readonly sentBytes: number;
  readonly totalBytes: number | null;
}

/** What one call may want besides its input. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Attempts after the first; those of the client unless said. */
  readonly retries?: number;
  /** Hears how much of a body of bytes was sent. */
  readonly onProgress?: (progress: Progress) => void;
}

/** The address of a route with its parameters and query filled in. */
export const urlOf = <R extends Route>(baseUrl: string, route: R, input: CallInput<R> = {}): string => {
  const params = (input.params ?? {}) as Record<string, unknown>;
  const path = route.path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value !== undefined && value !== "") query.set(name, `${value as string | number | boolean}`);
  }
  return `${baseUrl}${path}${query.size > 0 ? `?${query.toString()}` : ""}`;
};

/** Whether a body goes as bytes. */
export const isBytes = (body: unknown): body is UploadBody =>
  body instanceof Blob || body instanceof Uint8Array || body instanceof ArrayBuffer || body instanceof ReadableStream;

/** The length of bytes; null for a stream. */
export const lengthOf = (body: UploadBody): number | null => {
  if (body instanceof ReadableStream) return null;
  return body instanceof Blob ? body.size : body.byteLength;
};
