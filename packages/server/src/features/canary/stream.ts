import type { FastifyInstance } from "fastify";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../platform/db/index.ts";
import { CHANNELS, STREAM_PATH } from "../stream/contract.ts";
import { emit } from "../stream/index.ts";

/** Time for an event to arrive, in ms. */
const ARRIVE_MS = 5_000;
const LOOK_MS = 25;

const listen = async (app: FastifyInstance, credential: string) => {
  const heard: string[] = [];
  const socket = await app.injectWS(
    STREAM_PATH,
    { headers: { authorization: `Bearer ${credential}` } },
    { onInit: (line) => void line.on("message", (data: Buffer) => heard.push(data.toString())) },
  );
  socket.send(JSON.stringify({ type: "subscribe", channels: CHANNELS }));
  return { socket, heard };
};

const until = async (holds: () => boolean): Promise<boolean> => {
  for (const endAt = performance.now() + ARRIVE_MS; performance.now() < endAt; await sleep(LOOK_MS)) {
    if (holds()) return true;
  }
  return holds();
};

/**
 * Listens as both companies to every channel while one of them has an event; answers what is wrong. Throws where the holder does
 * not hear it: then the spy's silence would prove nothing.
 */
export const spyOnStream = async (
  app: FastifyInstance,
  db: Database,
  of: { holder: number; id: string; credentials: { holder: string; spy: string } },
): Promise<string[]> => {
  const [own, spy] = await Promise.all([listen(app, of.credentials.holder), listen(app, of.credentials.spy)]);
  try {
    const isReady = await until(() => [own, spy].every(({ heard }) => heard.some((m) => m.includes("subscribed"))));
    if (!isReady) throw new Error("the stream lets no canary in");
    for (const channel of CHANNELS) {
      await db.withCompany(of.holder, (tx) => emit(tx, of.holder, { channel, ids: [of.id], count: 1, summary: {} }));
    }
    const isHeard = await until(() => own.heard.filter((m) => m.includes(of.id)).length >= CHANNELS.length);
    const isLeak = spy.heard.some((m) => m.includes(of.id));
    if (!isHeard && !isLeak) throw new Error("the stream does not tell a company what is its own");
    return isLeak ? ["the stream tells what is another company's"] : [];
  } finally {
    own.socket.terminate();
    spy.socket.terminate();
  }
};
