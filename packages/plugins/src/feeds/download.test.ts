import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
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
