import { constants, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FACTS, type Live, type LiveHost, npm, record, startLive, toColumns } from "../support/live.ts";

let live: Live;
let host: LiveHost;
const DIGEST = "a".repeat(64);

beforeAll(async () => {
  live = await startLive({ npm: [record("CVE-2026-0002", "npm", "left", "2.0.0")] });
  host = await live.host("hostile");
});
afterAll(() => live.stop());

const send = async (raw: Buffer | string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${live.server.url}/api/v1/inventory`, {
    method: "PUT",
    headers: { authorization: `Bearer ${host.credential}`, "content-type": "application/json", ...headers },
    body: new Uint8Array(Buffer.from(raw)),
  });
  return { status: answer.status, body: (await answer.json()) as { code: string; field?: string } };
};
const columns = (more: object = {}) => ({ ...toColumns([npm("left", "1.0.0")]), ...more });
const body = (components: object, more: object = {}, source: object = {}) => ({
  takenAt: "2026-01-01T00:00:00.000Z",
  facts: FACTS,
  sources: [{ kind: "full", source: "npm", digest: DIGEST, components, problems: [], ...source }],
  ...more,
});
const of = (rows: number, more: object = {}) => ({
  ecosystems: ["npm"],
  ecosystem: Array(rows).fill(0),
  name: Array.from({ length: rows }, (_, i) => `n${i}`),
  version: Array(rows).fill("1"),
  arch: Array(rows).fill(""),
  sourceName: Array(rows).fill(""),
  sourceVersion: Array(rows).fill(""),
  ...more,
});
/** Text that PostgreSQL cannot compress. */
const noise = (length: number): string =>
  Array.from({ length }, (_, i) => String.fromCharCode(0x4e00 + ((i * 7919 + length) % 20_000))).join("");

const FIELD = "sources.0.components";
const HOSTILE: readonly (readonly [what: string, body: object, status: number, field: string])[] = [
  ["columns of different lengths", body(columns({ version: ["1", "2"] })), 400, "sources[0].components.version"],
  ["an ecosystem that is not there", body(columns({ ecosystem: [7] })), 400, "sources[0].components.ecosystem"],
  ["a NUL in a name", body(columns({ name: ["le\u0000ft"] })), 400, `${FIELD}.name.0`],
  ["a NUL in a source's problems", body(columns(), {}, { problems: ["a\u0000b"] }), 400, "sources.0.problems.0"],
  ["a NUL in a host's facts", body(columns(), { facts: { ...FACTS, kernel: "\u0000" } }), 400, "facts.kernel"],
  ["half of a surrogate pair", body(columns({ version: ["1\ud800"] })), 400, `${FIELD}.version.0`],
  ["a digest that is huge", body(columns(), {}, { digest: "a".repeat(100_000) }), 400, "sources.0.digest"],
  ["200,001 components", body(of(200_001)), 400, `${FIELD}.ecosystem`],
  ["a number where a name belongs", body(columns({ name: [1] })), 400, `${FIELD}.name.0`],
  [
    "names that no index can hold",
    body(columns({ name: [noise(512)], version: [noise(511)] })),
    400,
    "sources[0].components.name[0]",
  ],
  ["a name of the database's own", body(columns({ extra: ["x"] })), 400, `${FIELD}.extra`],
  [
    "a source that is there twice",
    body(columns(), { sources: [0, 1].map(() => body(columns()).sources[0]) }),
    400,
    "sources[1].source",
  ],
  ["a time that is none", body(columns(), { takenAt: "yesterday" }), 400, "takenAt"],
  ["a kind that does not exist", body(columns(), {}, { kind: "all" }), 400, "sources.0.kind"],
];

for (const [what, given, status, field] of HOSTILE) {
  test(`${what}: refused with the field named`, async () => {
    expect(await send(JSON.stringify(given))).toMatchObject({ status, body: { status, field } });
  });
}

test("a time in the year 0 or 9999 is taken for what it can be, not refused and not believed", async () => {
  for (const takenAt of ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]) {
    expect((await send(JSON.stringify(body(columns(), { takenAt })))).status).toBe(202);
  }
});

test("deep JSON, bombs, torn and unknown encodings, foreign types and half bodies are refused, none with a 5xx", async () => {
  const deep = `{"takenAt":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  const bomb = zstdCompressSync(Buffer.alloc(200 * 1024 * 1024), {
    params: { [constants.ZSTD_c_compressionLevel]: 3 },
  });
  const good = zstdCompressSync(JSON.stringify(body(columns())));
  const zstd = { "content-encoding": "zstd" };
  const answers = [
    await send(deep),
    await send(bomb, zstd),
    await send(good.subarray(0, good.length / 2), zstd),
    await send(good),
    await send(JSON.stringify(body(columns())), zstd),
    await send(good, { "content-encoding": "br" }),
    await send("{}", { "content-type": "text/plain" }),
    await send('{"__proto__":{"x":1}}'),
    await send("{"),
    await send("null"),
    await send(""),
    await send(Buffer.from([0x22, 0xff, 0x22])),
    await send(Buffer.alloc(9 * 1024 * 1024, 0x20)),
  ];
  expect(answers.map((a) => a.status)).toEqual([400, 413, 400, 400, 400, 415, 415, 400, 400, 400, 400, 400, 413]);
  for (const answer of answers) expect(answer.body.code).not.toBe("INTERNAL");
});

test("text that PostgreSQL cannot hold is refused in addresses, queries, cursors and enrollments too", async () => {
  const cursor = Buffer.from(JSON.stringify(["\u0000", DIGEST])).toString("base64url");
  const nul = Buffer.from(JSON.stringify(["\u0000", "00000000-0000-4000-8000-000000000000"])).toString("base64url");
  for (const path of [
    "/api/v1/findings?q=%00",
    "/api/v1/findings?package=a%00b",
    "/api/v1/advisories/CVE%00",
    "/api/v1/advisories?q=%00",
    "/api/v1/assets?q=%00",
    "/api/v1/components?q=%00",
    `/api/v1/findings?cursor=${cursor}`,
    `/api/v1/findings?cursor=${nul}&sort=package`,
    `/api/v1/findings?cursor=${nul}`,
    `/api/v1/assets?cursor=${nul}&sort=name`,
    `/api/v1/components?cursor=${Buffer.from('["\\u0000",1]').toString("base64url")}`,
    `/api/v1/components?cursor=${Buffer.from('["a",99999999999]').toString("base64url")}`,
    `/api/v1/findings?cursor=${Buffer.from('["high","00000000-0000-4000-8000-000000000000"]').toString("base64url")}`,
    `/api/v1/assets?sort=seen&cursor=${Buffer.from('["soon","00000000-0000-4000-8000-000000000000"]').toString("base64url")}`,
    "/api/v1/findings/%00",
  ]) {
    const answer = await live.call("GET", path);
    expect([path, answer.status]).toEqual([path, 400]);
  }
  const facts = { ...FACTS, hostname: "a\u0000b" };
  const enrolled = await live.call("POST", "/api/v1/agents/enroll", {
    body: { token: await live.server.createEnrollmentToken("x"), agentVersion: "1", facts },
  });
  expect(enrolled).toMatchObject({ status: 400, body: { field: "facts.hostname" } });
});

test("after all of that the server stores a proper inventory", async () => {
  const answer = await host.report({ npm: [npm("left", "1.0.1")] });
  expect(answer.status).toBe(202);
});
