import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, expect, expectTypeOf, test, vi } from "vitest";
import { ApiError, createSdk, type Progress } from "./index.ts";
import { waitBefore } from "./retry.ts";

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

const serve = async (answer: (asked: Asked, n: number) => Answer | null, options: object = {}) => {
  const asked: Asked[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const part of request) body += String(part);
    const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    asked.push(one);
    const told = answer(one, asked.length);
    if (told === null) {
      request.socket.destroy();
      return;
    }
    response.writeHead(told[0], { "content-type": "application/json", ...told[2] });
    response.end(typeof told[1] === "string" ? told[1] : JSON.stringify(told[1]));
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stops.push(() => (server.closeAllConnections(), server.close()));
  const baseUrl = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  return { asked, sdk: createSdk({ baseUrl, token: "zt_a_x", companyId: 7, ...options }) };
};
const fault = (status: number, code = "X"): [number, unknown] => [
  status,
  { type: "x", title: "x", status, detail: "no", code },
];
const page = (rows: readonly unknown[], next: string | null): [number, unknown] => [
  200,
  { rows, next, count: 3, countIsExact: true },
];

test("a list is read row by row over all its pages, and only as far as one reads", async () => {
  const { sdk, asked } = await serve(({ url }) =>
    url.includes("cursor=2") ? page([{ id: "c" }], null) : page([{ id: "a" }, { id: "b" }], "2"),
  );
  const seen: string[] = [];
  for await (const finding of sdk.findings.listFindings.all({ query: { status: "open" } })) {
    expectTypeOf(finding.id).toBeString();
    seen.push(finding.id);
  }
  expect(seen).toEqual(["a", "b", "c"]);
  expect(asked.map(({ url }) => url)).toEqual([
    "/api/v1/findings?status=open",
    "/api/v1/findings?status=open&cursor=2",
  ]);
  expect(asked[0]?.headers).toMatchObject({ authorization: "Bearer zt_a_x", "x-zerotrace-company": "7" });
  for await (const { rows } of sdk.findings.listFindings.pages()) {
    expect(rows).toHaveLength(2);
    break;
  }
  expect(asked).toHaveLength(3);
});

test("lists that page by numbers or links, and those of one page, are read to their end too", async () => {
  const { sdk } = await serve(({ url }) => {
    if (url.startsWith("/scim")) {
      const from = Number(new URL(url, "http://x").searchParams.get("startIndex") ?? 1);
      return [200, { totalResults: 3, startIndex: from, Resources: from === 1 ? [1, 2] : [3] }];
    }
    if (url.includes("chain")) {
      return [
        200,
        url.includes("after=5") ? { rows: [{ seq: 6 }], isLast: true } : { rows: [{ seq: 5 }], isLast: false },
      ];
    }
    return [200, { rows: [{ id: "one" }] }];
  });
  expect(await Array.fromAsync(sdk.scim.scimListUsers.all())).toEqual([1, 2, 3]);
  expect((await Array.fromAsync(sdk.audit.listAuditLinks.all())).map(({ seq }) => seq)).toEqual([5, 6]);
  expect(await Array.fromAsync(sdk.roles.listRoles.all())).toHaveLength(1);
});

test("what may be repeated is, until it succeeds; Retry-After is honored; what may not is not", async () => {
  const { sdk, asked } = await serve((_, n) => (n === 1 ? fault(503) : n === 2 ? null : page([], null)));
  await sdk.findings.listFindings();
  expect(asked).toHaveLength(3);
  const limited = await serve((_, n) => (n === 1 ? [...fault(429), { "retry-after": "1" }] : [201, { id: "x" }]));
  const began = performance.now();
  await limited.sdk.tokens.createToken({ body: { kind: "enrollment", label: "x" } });
  expect(performance.now() - began).toBeGreaterThan(950);
  const busy = await serve(() => fault(503, "NOT_READY"));
  await expect(busy.sdk.tokens.createToken({ body: { kind: "enrollment", label: "x" } })).rejects.toMatchObject({
    status: 503,
    code: "NOT_READY",
  });
  expect(busy.asked).toHaveLength(1);
  const refused = await serve(() => fault(404, "NOT_FOUND"));
  await expect(refused.sdk.findings.listFindings()).rejects.toBeInstanceOf(ApiError);
  expect(refused.asked).toHaveLength(1);
});

test("waits grow, have a bound, and are not begun where the server asks for too much", () => {
  const of = (attempt: number, status = 503, afterMs?: number) =>
    waitBefore(attempt, "GET", new ApiError(status, "X", "x", undefined, undefined, afterMs), 0);
  expect([of(0), of(1), of(20)]).toEqual([250, 500, 8_000]);
  expect([of(0, 503, 3_000), of(0, 503, 61_000), of(0, 400), of(0, 500)]).toEqual([3_000, null, null, null]);
  expect(waitBefore(0, "GET", new TypeError("x"), 0)).toBeNull();
});

test("a signal ends a call and its waits at once, with its own reason", async () => {
  const { sdk } = await serve(() => [...fault(503), { "retry-after": "30" }]);
  const reason = new Error("enough");
  await expect(sdk.findings.listFindings({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const later = new AbortController();
  setTimeout(() => later.abort(reason), 100);
  const began = performance.now();
  await expect(sdk.findings.listFindings({}, { signal: later.signal })).rejects.toBe(reason);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test("an upload says how much of it is sent, from a file and from a stream", async () => {
  const { sdk, asked } = await serve(() => [201, { id: "x" }]);
  const bytes = new Uint8Array(300_000).fill(97);
  const told: Progress[] = [];
  const onProgress = (progress: Progress) => void told.push(progress);
  const query = { kind: "repository", name: "x" } as const;
  await sdk.uploads.addSbom({ query, body: new Blob([bytes]) }, { onProgress });
  expect(told.length).toBeGreaterThan(1);
  expect(told.at(-1)).toEqual({ sentBytes: 300_000, totalBytes: 300_000 });
  await sdk.uploads.addSbom({ query, body: new Blob([bytes]).stream() }, { onProgress });
  expect(told.at(-1)).toEqual({ sentBytes: 300_000, totalBytes: null });
  expect(asked.map(({ body, headers }) => [body.length, headers["content-type"]])).toEqual([
    [300_000, "application/octet-stream"],
    [300_000, "application/octet-stream"],
  ]);
});

test("an answer that is no JSON is text, and can be had as it comes", async () => {
  const { sdk } = await serve(() => [200, "a,b", { "content-type": "text/csv" }]);
  expect(await sdk.findings.exportFindings()).toBe("a,b");
  const response = await sdk.findings.exportFindings.raw({ query: { format: "csv" } });
  expect(await response.text()).toBe("a,b");
});

test("input that a route needs is asked for by its type", () => {
  const sdk = createSdk({ baseUrl: "http://x", fetch: vi.fn<typeof fetch>() });
  expectTypeOf(sdk.findings.getFinding).parameter(0).toHaveProperty("params");
  // @ts-expect-error -- a finding is asked for by its id
  void (() => sdk.findings.getFinding());
  // @ts-expect-error -- no list
  expect(sdk.findings.getFinding.all).toBeDefined();
});
