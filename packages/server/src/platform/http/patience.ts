import type { FastifyInstance, FastifyRequest } from "fastify";
import { Socket } from "node:net";
import { answerToUnreadable } from "./problem.ts";

/** How long bodies may take to come in. */
export interface Patience {
  /** For headers, and for a whole body that is not a stream (milliseconds). */
  readonly requestMs: number;
  /** In each of these spans a stream brings at least `streamBytes` (milliseconds). */
  readonly streamStepMs: number;
  readonly streamBytes: number;
  /** For a whole stream, however steady (milliseconds). */
  readonly streamMs: number;
}

/** 25 MB come in over a link of 64 kbit/s; a client that stalls is cut after half a minute. */
export const PATIENCE: Patience = {
  requestMs: 30_000,
  streamStepMs: 30_000,
  streamBytes: 64 * 1024,
  streamMs: 60 * 60_000,
};

/** Answers where nothing was answered yet, and closes the connection. */
const cut = ({ raw, id }: FastifyRequest, isAnswered: boolean): void => {
  const { socket } = raw;
  if (!isAnswered && socket.writable) socket.write(answerToUnreadable("ERR_HTTP_REQUEST_TIMEOUT", id));
  socket.destroySoon();
};

const hasBody = ({ headers }: FastifyRequest): boolean =>
  headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;

/**
 * Bounds the time of bodies by route: Node has one bound for all, and a bundle of feeds over a slow link needs a longer one
 * than anything else. A connection whose body does not come in is answered 400 and closed, also after an early refusal.
 */
export const limitBodyTime = (app: FastifyInstance, patience: Patience): void => {
  app.server.requestTimeout = patience.streamMs;
  app.server.headersTimeout = Math.min(patience.requestMs, patience.streamMs);
  app.addHook("onRequest", async (request, answer) => {
    const { raw } = request;
    // a request of this process's own comes over no line
    if (!hasBody(request) || !(raw.socket instanceof Socket)) return;
    const isStream = request.routeOptions.config.bodyIsStream === true;
    let seenBytes = raw.socket.bytesRead;
    const look = (): void => {
      if (raw.complete) return clearInterval(timer);
      const bytes = raw.socket.bytesRead - seenBytes;
      seenBytes += bytes;
      if (isStream && !answer.raw.headersSent && bytes >= patience.streamBytes) return;
      clearInterval(timer);
      cut(request, answer.raw.headersSent);
    };
    const timer = setInterval(look, isStream ? patience.streamStepMs : patience.requestMs);
    timer.unref();
    raw.once("close", () => clearInterval(timer));
  });
};
