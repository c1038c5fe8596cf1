import { WebSocket } from "ws";

/** What the process of the clients is asked to do, and what it answers. */
export type ToClients =
  | { kind: "connect"; url: string; tokens: readonly { companyId: number; token: string }[]; each: number }
  | { kind: "expect"; events: number };
export type FromClients =
  | { kind: "connected"; clients: number; failures: readonly string[] }
  | { kind: "heard"; clients: number; foreign: number; lastAtNs: string };

/** Connections that are being opened at once. */
const OPENING = 100;

interface Listener {
  readonly companyId: number;
  heard: number;
}

const listeners: Listener[] = [];
const failures: string[] = [];
let foreign = 0;
let wanted = 0;
let complete = 0;

const say = (message: FromClients): void => void process.send?.(message);

const hear = (listener: Listener, text: string): void => {
  const message = JSON.parse(text) as { type: string; ids?: string[] };
  if (message.type !== "event") return;
  foreign += (message.ids ?? []).filter((id) => !id.startsWith(`of-${listener.companyId}-`)).length;
  listener.heard += 1;
  if (listener.heard === wanted) complete += 1;
  if (complete === listeners.length) {
    say({ kind: "heard", clients: complete, foreign, lastAtNs: String(process.hrtime.bigint()) });
  }
};

const open = (url: string, companyId: number, token: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, perMessageDeflate: false });
    const listener = { companyId, heard: 0 };
    socket.on("error", (error) => {
      failures.push(error.message);
      resolve();
    });
    socket.on("close", (code, reason) => {
      failures.push(`closed ${code} ${reason.toString()}`);
      resolve();
    });
    socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", channels: ["asset_update"] })));
    socket.on("message", (data: Buffer) => {
      const text = data.toString();
      if (text.includes('"subscribed"')) {
        listeners.push(listener);
        resolve();
      } else hear(listener, text);
    });
  });

const connect = async ({ url, tokens, each }: ToClients & { kind: "connect" }): Promise<void> => {
  const orders = Array.from({ length: each }, () => tokens).flat();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < orders.length) {
      const order = orders[next++] as (typeof orders)[number];
      await open(url, order.companyId, order.token);
    }
  };
  await Promise.all(Array.from({ length: OPENING }, worker));
  say({ kind: "connected", clients: listeners.length, failures: failures.slice(0, 5) });
};

process.on("message", (order: ToClients) => {
  if (order.kind === "connect") void connect(order);
  else {
    wanted = order.events;
    complete = 0;
    for (const listener of listeners) listener.heard = 0;
  }
});
