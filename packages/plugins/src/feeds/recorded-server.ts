import { hash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { withServer } from "./fixtures.ts";
import type { Recorded, RecordedRequest } from "./recorded.ts";

/** One request that the server got. */
export interface Asked extends RecordedRequest {
  /** Path and query. */
  readonly target: string;
  /** How often this target was asked for so far, from 1. */
  readonly time: number;
  /** Its place among all requests, from 1. */
  readonly order: number;
}

/** What the source would answer, before any fault. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** A misbehaviour: takes over the answer and returns true, or leaves it alone. */
export type Fault = (asked: Asked, answer: Answer, response: ServerResponse) => boolean;

/** What a server has sent so far. */
export interface Traffic {
  readonly asked: string[];
  /** Bytes of bodies that were sent with 200 and 206. */
  bodyBytes: number;
}

/**
 * Replays a source on loopback, with ETags, 304 and `Range` as real servers give them; `fault` may misbehave first.
 */
export function withSource<T>(
  recorded: Pick<Recorded, "answer">,
  fault: Fault,
  use: (url: string, traffic: Traffic) => Promise<T>,
): Promise<T> {
  const traffic: Traffic = { asked: [], bodyBytes: 0 };
  const times = new Map<string, number>();
  return withServer(
    (request, response) => {
      const host = `http://${request.headers.host}`;
      const url = new URL(request.url ?? "/", host);
      const target = url.pathname + url.search;
      const time = (times.get(target) ?? 0) + 1;
      times.set(target, time);
      traffic.asked.push(target);
      const asked = {
        path: decodeURI(url.pathname),
        query: url.searchParams,
        headers: request.headers,
        target,
        time,
        order: traffic.asked.length,
      };
      const found = recorded.answer(asked, host);
      const body = Buffer.from(found?.body ?? "");
      const status = found === null ? 404 : (found.status ?? 200);
      const answer = { status, headers: { ...found?.headers }, body };
      if (!fault(asked, answer, response)) reply(asked, answer, response, traffic);
    },
    (url) => use(url, traffic),
  );
}

/** Answers as an honest server does. */
function reply(asked: Asked, answer: Answer, response: ServerResponse, traffic: Traffic): void {
  if (answer.status !== 200) return void response.writeHead(answer.status, answer.headers).end(answer.body);
  const etag = etagOf(answer);
  const headers = { etag, ...answer.headers };
  if (asked.headers["if-none-match"] === etag) return void response.writeHead(304, headers).end();
  const from = Number(/^bytes=(\d+)-$/.exec(String(asked.headers["range"]))?.[1] ?? 0);
  const goesOn = from > 0 && from < answer.body.length && asked.headers["if-range"] === etag;
  const body = goesOn ? answer.body.subarray(from) : answer.body;
  traffic.bodyBytes += body.length;
  if (goesOn) headers["content-range" as keyof typeof headers] = rangeOf(from, answer.body.length);
  response.writeHead(goesOn ? 206 : 200, { ...headers, "content-length": body.length }).end(body);
}

const rangeOf = (from: number, total: number): string => `bytes ${from}-${total - 1}/${total}`;

const etagOf = (answer: Answer): string => answer.headers["etag"] ?? `"${hash("sha256", answer.body).slice(0, 16)}"`;

/** The source as it is. */
export const NO_FAULT: Fault = () => false;

/** Too many requests: the first time of every address, with a wish for a pause. */
export const BUSY_ONCE: Fault = (asked, _, response) => {
  if (asked.time > 1) return false;
  response.writeHead(429, { "retry-after": "1" }).end("slow down");
  return true;
};

/** Down the first two times that an address is asked for. */
export const DOWN_TWICE: Fault = (asked, _, response) => {
  if (asked.time > 2) return false;
  response.writeHead(503, { "content-type": "text/html" }).end("<html>maintenance</html>");
  return true;
};

/** The first answer of every address ends in the middle. */
export const CUT_ONCE: Fault = (asked, answer, response) => {
  if (asked.time > 1 || answer.status !== 200 || answer.body.length < 2) return false;
  response.writeHead(200, { etag: etagOf(answer), ...answer.headers, "content-length": answer.body.length });
  // a moment later, so that the first half arrives and can be continued
  response.write(answer.body.subarray(0, answer.body.length >> 1), () => setTimeout(() => response.destroy(), 15));
  return true;
};

/** One byte every few milliseconds, without an end. */
export const DRIP: Fault = (_, answer, response) => {
  response.writeHead(200, answer.headers);
  const timer = setInterval(() => response.write(answer.body.subarray(0, 1)), 10);
  response.on("close", () => clearInterval(timer));
  return true;
};

/** Every answer is a success with these bytes. */
export const always =
  (bytes: Uint8Array): Fault =>
  (_, __, response) => {
    response.writeHead(200).end(bytes);
    return true;
  };

/** One byte of the answer at `path` is another one. */
export const bitFlipped =
  (path: string): Fault =>
  (asked, answer, response) => {
    if (asked.path !== path || answer.status !== 200) return false;
    const body = Buffer.from(answer.body);
    const middle = body.length >> 1;
    body[middle] = (body[middle] ?? 0) ^ 1;
    response.writeHead(200, answer.headers).end(body);
    return true;
  };

/** From the request with this place on every answer is half a body and then nothing; `stuck` is told. */
export const stuckAt =
  (order: number, stuck: () => void): Fault =>
  (asked, answer, response) => {
    if (asked.order < order) return false;
    response.writeHead(200, { etag: etagOf(answer), ...answer.headers, "content-length": answer.body.length + 1 });
    response.write(answer.body.subarray(0, answer.body.length >> 1), stuck);
    return true;
  };
