import { createServer } from "node:http";
import { type AddressInfo, createServer as createLine } from "node:net";
import { expect, test } from "vitest";
import { guardedFetch, isPublicAddress } from "./index.ts";

test("addresses of private networks, of this machine, of links and written inside others are not public", () => {
  const inside = ["127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"];
  const more = ["224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "::ffff:8.8.8.8", "64:ff9b::a00:1"];
  const hidden = ["2002:0a00:0001::", "2001:0:4136:e378::", "ff02::1", "localhost", ""];
  expect([...inside, ...more, ...hidden].filter(isPublicAddress)).toEqual([]);
  expect(["8.8.8.8", "172.32.0.1", "2606:4700::1111"].every(isPublicAddress)).toBe(true);
});

test("a host at an address that is not public is not asked, by number or by name, nor without TLS", async () => {
  const ask = guardedFetch([]);
  for (const url of ["https://127.0.0.1:1/", "https://[::1]:1/", "https://2130706433/", "https://localhost:1/"]) {
    await expect(ask(url), url).rejects.toThrow(/not public/);
  }
  await expect(ask("http://8.8.8.8/")).rejects.toThrow(/TLS only/);
});

test("a host that the operator allows is asked, and no redirect is followed", async () => {
  const server = createServer((request, answer) => {
    if (request.url === "/away") answer.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    else answer.setHeader("x-seen", `${request.method} ${request.headers.authorization}`).end("hello");
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const ask = guardedFetch([host]);
    const answer = await ask(`http://${host}/`, { headers: { authorization: "Basic x" } });
    expect([answer.status, answer.headers.get("x-seen"), await answer.text()]).toEqual([200, "GET Basic x", "hello"]);
    const away = await ask(`http://${host}/away`);
    expect([away.status, away.headers.get("location")]).toEqual([302, "http://127.0.0.1:1/"]);
    await expect(ask("http://127.0.0.1:1/")).rejects.toThrow(/not public/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("whatever a receiver answers, it is an answer or an error: nothing hangs and nothing ends the process", async () => {
  const ends: Record<string, number | RegExp> = {
    "HTTP/1.1 204 Fine\r\n\r\n": 204,
    "HTTP/1.1 205 Reset\r\ncontent-length: 2\r\n\r\nhi": 205,
    "HTTP/1.1 101 Switch\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n": /it answers 101/,
    "HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n": /it answers 600/,
    "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n": /it answers 999/,
    "SSH-2.0-OpenSSH\r\n": /Parse Error/,
    "": /hang up/,
  };
  for (const [said, end] of Object.entries(ends)) {
    const line = createLine((socket) => void socket.on("error", () => undefined).once("data", () => socket.end(said)));
    await new Promise<void>((resolve) => void line.listen(0, "127.0.0.1", resolve));
    const host = `127.0.0.1:${(line.address() as AddressInfo).port}`;
    const asked = guardedFetch([host])(`http://${host}/`, { method: "POST", body: "x" });
    if (typeof end === "number") expect((await asked).status, said).toBe(end);
    else await expect(asked, said).rejects.toThrow(end);
    line.close();
  }
});
