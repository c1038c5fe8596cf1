import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { connectClient } from "./client.ts";

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const AUTHENTICATED = message("R", Buffer.from([0, 0, 0, 0]));
const READY = message("Z", Buffer.from("I"));
const FATAL = message("E", Buffer.from("SFATAL\0C57P01\0Mterminating connection\0\0"));

test("a database that goes away in the packet that says it is ready ends the connection and not the process", async () => {
  const server = createServer((socket) => {
    socket.once("data", () => socket.end(Buffer.concat([AUTHENTICATED, READY, FATAL])));
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo;
    const client = await connectClient({ host: "127.0.0.1", port, user: "u", database: "d" });
    await expect(client.query("listen x")).rejects.toThrow();
    await client.end();
  } finally {
    server.close();
  }
});
