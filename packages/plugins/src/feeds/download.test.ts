import { existsSync, readFileSync } from "node:fs";
import { hash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { retryAfterMs } from "./download-parts.ts";
import { DOWNLOAD_LIMITS, download } from "./download.ts";
import { contextOf, withServer } from "./fixtures.ts";

const FAST = { ...DOWNLOAD_LIMITS, answerTimeoutMs: 200, windowMs: 100, minBytesPerWindow: 1000, retryDelayMs: 1 };

const requestFor = (context: { cacheDir: string }, url: string) => ({
  url,
  path: join(context.cacheDir, "file"),
  maxBytes: 1000,
  label: "x",
});

test("a second download asks with the ETag and keeps the file on 304", async () => {
  const seen: (string | undefined)[] = [];
  await withServer(
    (request, response) => {
      seen.push(request.headers["if-none-match"]);
      if (request.headers["if-none-match"] === '"one"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"one"' }).end("hello");
    },
    async (url) => {
      const context = contextOf();
      await download(context, requestFor(context, url), FAST);
      const second = await download(context, requestFor(context, url), FAST);
      expect(second).toMatchObject({ sizeBytes: 5, stale: null });
      expect(readFileSync(join(context.cacheDir, "file"), "utf8")).toBe("hello");
    },
  );
  expect(seen).toEqual([undefined, '"one"']);
});

test("a server that answers 5xx once is asked again", async () => {
  let count = 0;
  await withServer(
    (_, response) => void response.writeHead(count++ === 0 ? 503 : 200).end("ok"),
    async (url) => {
      const context = contextOf();
      expect(await download(context, requestFor(context, url), FAST)).toMatchObject({ sizeBytes: 2 });
    },
  );
  expect(count).toBe(2);
});

test("a body that is cut short is refused and leaves no file", async () => {
  await withServer(
    (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    },
    async (url) => {
      const context = contextOf();
      await expect(download(context, requestFor(context, url), FAST)).rejects.toMatchObject({
        code: "FEEDS_UNAVAILABLE",
      });
      expect(existsSync(join(context.cacheDir, "file"))).toBe(false);
      expect(existsSync(join(context.cacheDir, "file.part"))).toBe(false);
    },
  );
});

test("a slow drip and a server that never answers are given up", async () => {
  await withServer(
    (request, response) => {
      if (request.url === "/silent") return;
      response.writeHead(200);
      const timer = setInterval(() => response.write("x"), 10);
      response.on("close", () => clearInterval(timer));
    },
    async (url) => {
      const limits = { ...FAST, attempts: 1 };
      for (const path of ["/silent", "/drip"]) {
        const context = contextOf();
        const attempt = download(context, requestFor(context, url + path), limits);
        await expect(attempt).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
      }
    },
  );
});

test("a body over the bound is refused, declared or not", async () => {
  await withServer(
    (request, response) => {
      response.writeHead(200, request.url === "/declared" ? { "content-length": "2000" } : {});
      response.end("y".repeat(2000));
    },
    async (url) => {
      for (const path of ["/declared", "/chunked"]) {
        const context = contextOf();
        const attempt = download(context, requestFor(context, url + path), FAST);
        await expect(attempt).rejects.toMatchObject({ code: "BAD_FEED" });
      }
    },
  );
});

test("credentials of an address travel as a header and never stand in a message", async () => {
  let header: string | undefined;
  await withServer(
    (request, response) => {
      header = request.headers.authorization;
      response.writeHead(401).end();
    },
    async (url) => {
      const context = contextOf();
      const secret = url.replace("http://", "http://user:hunter2@");
      const error = await download(context, requestFor(context, secret), FAST).catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain("hunter2");
    },
  );
  expect(header).toBe(`Basic ${Buffer.from("user:hunter2").toString("base64")}`);
});

test("a port that fetch refuses is named as blocked", async () => {
  const context = contextOf();
  const attempt = download(context, requestFor(context, "http://127.0.0.1:6000/x"), { ...FAST, attempts: 1 });
  await expect(attempt).rejects.toMatchObject({ message: expect.stringMatching(/fetch standard blocks this port/) });
});

test("where allowed, the last copy serves when the source is away, and says so", async () => {
  const context = contextOf();
  const address = await withServer(
    (_, response) => void response.writeHead(200, { etag: '"a"' }).end("kept"),
    async (url) => {
      await download(context, requestFor(context, url), FAST);
      return url;
    },
  );
  const again = await download(context, { ...requestFor(context, address), allowStale: true }, FAST);
  expect(again?.stale).toContain("ECONNREFUSED");
});

test("Retry-After is waited for, but not longer than the bound", async () => {
  for (const [retryAfter, retryAfterMaxMs, least, most] of [
    ["1", 60_000, 1000, 3000],
    ["3600", 20, 20, 900],
    ["nonsense", 60_000, 0, 900],
  ] as const) {
    let count = 0;
    const startedAt = performance.now();
    await withServer(
      (_, response) => void response.writeHead(count++ === 0 ? 429 : 200, { "retry-after": retryAfter }).end("ok"),
      (url) => {
        const context = contextOf();
        return download(context, requestFor(context, url), { ...FAST, retryAfterMaxMs });
      },
    );
    const took = performance.now() - startedAt;
    expect(took).toBeGreaterThanOrEqual(least - 1);
    expect(took).toBeLessThan(most);
  }
});

test("a date in Retry-After is seconds from now; what is no wish for a pause asks for none", () => {
  const now = new Date("2026-02-03T04:05:06Z");
  expect(retryAfterMs("Tue, 03 Feb 2026 04:05:16 GMT", now)).toBe(10_000);
  expect(retryAfterMs("Tue, 03 Feb 2026 04:00:00 GMT", now)).toBe(0);
  for (const value of [null, "", "soon", "-5", "1e9", "9".repeat(500)]) expect(retryAfterMs(value, now)).toBeNull();
});

test("a part is continued where it was cut, now and in a later run, when the source still has the same bytes", async () => {
  const asked: [string | undefined, string | undefined][] = [];
  let body = "0123456789";
  let cutAt: number | null = 4;
  await withServer(
    (request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(String(request.headers.range))?.[1] ?? 0);
      asked.push([request.headers.range, request.headers["if-range"] as string | undefined]);
      const goesOn = from > 0 && request.headers["if-range"] === `"${body}"`;
      const rest = Buffer.from(goesOn ? body.slice(from) : body);
      const range = { "content-range": `bytes ${from}-9/10` };
      const headers = { etag: `"${body}"`, "content-length": rest.length, ...(goesOn ? range : {}) };
      response.writeHead(goesOn ? 206 : 200, headers);
      if (cutAt === null) response.end(rest);
      else response.write(rest.subarray(0, cutAt), () => setTimeout(() => response.destroy(), 200));
    },
    async (url) => {
      const context = contextOf();
      const request = requestFor(context, url);
      const text = () => readFileSync(request.path, "utf8");
      const cut = download(context, request, { ...FAST, attempts: 2 });
      await expect(cut).rejects.toMatchObject({ code: "FEEDS_UNAVAILABLE" });
      cutAt = null;
      expect(await download(context, request, FAST)).toMatchObject({ sizeBytes: 10 });
      expect(text()).toBe(body);
      expect(existsSync(`${request.path}.part.tag`)).toBe(false);
      const other = { ...request, path: `${request.path}2` };
      cutAt = 4;
      await expect(download(context, other, { ...FAST, attempts: 1 })).rejects.toThrow();
      [body, cutAt] = ["abcdefghij", null];
      await download(context, other, FAST);
      expect(readFileSync(other.path, "utf8")).toBe(body);
    },
  );
  const tag = '"0123456789"';
  expect(asked.slice(0, 3)).toEqual([
    [undefined, undefined],
    ["bytes=4-", tag],
    ["bytes=8-", tag],
  ]);
  expect(asked.at(-1)).toEqual(["bytes=4-", tag]);
});

test("a server that continues at another place is asked for the whole", async () => {
  const ranges: (string | undefined)[] = [];
  await withServer(
    (request, response) => {
      ranges.push(request.headers.range);
      if (ranges.length === 1) {
        response.writeHead(200, { etag: '"x"', "content-length": 10 });
        response.write("0123", () => setTimeout(() => response.destroy(), 200));
      } else if (request.headers.range !== undefined) {
        response.writeHead(206, { etag: '"x"', "content-range": "bytes 0-9/10" }).end("0123456789");
      } else response.writeHead(200, { etag: '"x"' }).end("0123456789");
    },
    async (url) => {
      const context = contextOf();
      await download(context, requestFor(context, url), FAST);
      expect(readFileSync(join(context.cacheDir, "file"), "utf8")).toBe("0123456789");
    },
  );
  expect(ranges).toEqual([undefined, "bytes=4-", undefined]);
});

test("bytes with another checksum are refused; a copy that has it is not asked for again", async () => {
  let count = 0;
  await withServer(
    (_, response) => {
      count++;
      response.writeHead(200, { etag: '"same"' }).end("hello");
    },
    async (url) => {
      const context = contextOf();
      const request = requestFor(context, url);
      const wrong = download(context, { ...request, sha256: "0".repeat(64) }, FAST);
      await expect(wrong).rejects.toMatchObject({ code: "BAD_FEED" });
      expect(existsSync(request.path)).toBe(false);
      const sha256 = hash("sha256", "hello").toUpperCase();
      count = 0;
      for (let i = 0; i < 3; i++) await download(context, { ...request, sha256 }, FAST);
    },
  );
  expect(count).toBe(1);
});
