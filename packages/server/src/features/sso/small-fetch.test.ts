import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { smallFetch } from "./small-fetch.ts";

test("an identity provider's answer is read up to 1 MiB, and a refused host is named with the setting that allows it", async () => {
  const server = createServer((request, answer) => answer.end(Buffer.alloc(request.url === "/small" ? 10 : 2_000_000)));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const ask = smallFetch([host]);
    expect((await (await ask(`http://${host}/small`)).bytes()).length).toBe(10);
    await expect(ask(`http://${host}/large`)).rejects.toThrow(/more than 1048576 bytes/);
    await expect(smallFetch([])(`https://${host}/`)).rejects.toThrow(/ssoHosts/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
