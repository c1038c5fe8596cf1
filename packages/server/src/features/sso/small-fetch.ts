import { AppError } from "@zerotrace/core";
import { guardedFetch } from "../../platform/outgoing/index.ts";

/** Largest answer of an identity provider that is read, bytes. */
const ANSWER_BYTES_MAX = 1024 * 1024;
/** How long an identity provider may take to answer, milliseconds. */
export const ANSWER_MS = 10_000;

/** A fetch for addresses of identity providers: guarded, and an answer that is larger than 1 MiB is cut off with an error. */
export const smallFetch = (allowed: readonly string[]): typeof fetch => {
  const guarded = guardedFetch(allowed, { field: "issuer", setting: "ssoHosts" });
  return async (input, init) => {
    const answer = await guarded(input, { signal: AbortSignal.timeout(ANSWER_MS), ...init });
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.length;
      if (sizeBytes > ANSWER_BYTES_MAX) {
        throw new AppError("BAD_REQUEST", `The identity provider answered more than ${ANSWER_BYTES_MAX} bytes.`);
      }
      chunks.push(chunk);
    }
    const body = answer.body === null ? null : Buffer.concat(chunks);
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
};
