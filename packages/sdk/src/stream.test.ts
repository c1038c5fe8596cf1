import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backoffMs, openStream, type SocketLike, type StreamEvent, type StreamOptions } from "./index.ts";

/** A WebSocket whose server is the test. */
class FakeSocket implements SocketLike {
  static all: FakeSocket[] = [];
  readonly url: string;
  readonly protocols: string[];
  readonly sent: Record<string, unknown>[] = [];
  readyState = 0;
  readonly #listeners = new Map<string, (event: object) => void>();
  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener as (event: object) => void);
  }
  send = (text: string) => void this.sent.push(JSON.parse(text) as never);
  close = () => {
    this.readyState = 3;
  };
  open(): void {
    this.readyState = 1;
    this.#listeners.get("open")?.({});
  }
  tell(message: object): void {
    this.#listeners.get("message")?.({ data: JSON.stringify(message) });
  }
  cut(code = 1006): void {
    this.readyState = 3;
    this.#listeners.get("close")?.({ code, reason: "" });
  }
}

const start = (more: Partial<StreamOptions> = {}) => {
  const events: StreamEvent[] = [];
  const states: string[] = [];
  const resets = vi.fn<() => void>();
  const stream = openStream({
    url: "http://127.0.0.1:1/api/v1/stream",
    token: "zt_a_x",
    channels: ["finding_alert"],
    onEvent: (event) => events.push(event),
    onReset: resets,
    onState: (state) => states.push(state),
    WebSocket: FakeSocket,
    ...more,
  });
  return { stream, events, states, resets };
};
const last = (): FakeSocket => FakeSocket.all.at(-1) as FakeSocket;
const event = (cursor: string) => ({ type: "event", channel: "finding_alert", ids: [cursor], cursor });

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => void vi.useRealTimers());

test("after a break it goes on where it stood, and says how it stands", () => {
  const { stream, events, states, resets } = start();
  expect([last().url, last().protocols]).toEqual(["ws://127.0.0.1:1/api/v1/stream", ["zerotrace", "bearer.zt_a_x"]]);
  last().open();
  expect(last().sent).toEqual([{ type: "subscribe", channels: ["finding_alert"] }]);
  last().tell({ type: "subscribed", channels: [], cursor: "5" });
  last().tell(event("7"));
  last().cut();
  expect([stream.state, stream.cursor]).toEqual(["reconnecting", "7"]);
  vi.advanceTimersByTime(1_000);
  last().open();
  expect(last().sent).toEqual([{ type: "subscribe", channels: ["finding_alert"], after: "7" }]);
  last().tell(event("8"));
  last().tell({ type: "subscribed", channels: [], cursor: "9" });
  expect(events.map(({ cursor }) => cursor)).toEqual(["7", "8"]);
  last().cut();
  vi.advanceTimersByTime(1_000);
  last().open();
  expect(last().sent).toMatchObject([{ after: "9" }]);
  last().tell({ type: "reset", cursor: "20" });
  expect(resets).toHaveBeenCalledTimes(1);
  expect(stream.cursor).toBe("20");
  expect(states).toEqual(["live", "reconnecting", "live", "reconnecting"]);
  stream.close();
});

test("a connection that says nothing is given up and opened again; answers to pings move the cursor", () => {
  const { stream } = start();
  last().open();
  last().tell({ type: "subscribed", channels: [], cursor: "5" });
  vi.advanceTimersByTime(15_000);
  expect(last().sent.at(-1)).toEqual({ type: "ping" });
  last().tell({ type: "pong", cursor: "6" });
  expect(stream.cursor).toBe("6");
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all.length).toBe(2);
  stream.close();
});

test("it ends for good when it is closed, aborted, or the credential has ended", () => {
  for (const end of [
    (s: ReturnType<typeof start>) => s.stream.close(),
    (_: unknown, abort: AbortController) => abort.abort(),
    () => last().cut(4401),
  ]) {
    const abort = new AbortController();
    const s = start({ signal: abort.signal });
    last().open();
    end(s, abort);
    const opened = FakeSocket.all.length;
    vi.advanceTimersByTime(120_000);
    expect([s.stream.state, FakeSocket.all.length, s.states.at(-1)]).toEqual(["ended", opened, "ended"]);
  }
  expect(vi.getTimerCount()).toBe(0);
});

test("attempts to connect grow apart and stop growing at half a minute", () => {
  expect(backoffMs(0, 0)).toBe(1000);
  expect(backoffMs(3, 0)).toBe(8000);
  expect(backoffMs(100, 0)).toBe(30_000);
  expect(backoffMs(100, 1)).toBe(22_500);
});
