import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "./fixtures.ts";

interface Row {
  seq: number;
  previous: string;
  hash: string;
  content: string | null;
}

let server: Server;
let url = "";
const state: { rows: Row[]; checkpoint: Record<string, unknown> | null; fault: object | null } = {
  rows: [],
  checkpoint: null,
  fault: null,
};

/** A chain of rows after a link. */
const chainOf = (count: number, last = { seq: 0, hash: "0".repeat(64) }): Row[] => {
  let { seq, hash } = last;
  return Array.from({ length: count }, () => {
    const content = JSON.stringify({ id: seq + 1, actor: "ann", detail: "ü" });
    const row = { seq: seq + 1, previous: hash, content, hash: "" };
    row.hash = createHash("sha256").update(Buffer.from(hash, "hex")).update(content).digest("hex");
    ({ seq, hash } = row);
    return row;
  });
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const at = new URL(request.url ?? "", "http://x");
    const after = Number(at.searchParams.get("after") ?? 0);
    const { rows, checkpoint, fault } = state;
    const page = rows.filter(({ seq }) => seq > after).slice(0, 2);
    const body = at.pathname.endsWith("/chain")
      ? { companyId: 7, checkpoint, rows: page, isLast: page.at(-1)?.seq === rows.at(-1)?.seq }
      : { count: rows.length, head: null, checkpoint, fault };
    answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => Object.assign(state, { rows: chainOf(5), checkpoint: null, fault: null }));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const verify = (...more: string[]) => run(["audit", "verify", "--server", url, "--token", "t", ...more]);

test("a whole chain is intact, and the newest link can be noted and asked for later", async () => {
  const { code, out } = await verify();
  expect(code).toBe(0);
  expect(out).toContain("intact: 5 rows in one chain");
  const noted = /Newest link: (\S+)/.exec(out)?.[1] as string;
  state.rows = [...state.rows, ...chainOf(2, state.rows.at(-1))];
  expect((await verify("--expect", noted)).code).toBe(0);
  state.rows = chainOf(3);
  expect(await verify("--expect", noted)).toMatchObject({ code: 1, out: expect.stringContaining("noted is gone") });
  expect((await verify("--expect", "5:xyz")).code).toBe(2);
});

test("what was changed, removed or put in is found by the command itself, whatever the server says", async () => {
  const changes: [(rows: Row[]) => Row[], string][] = [
    [
      (rows) => rows.map((row) => (row.seq === 3 ? { ...row, content: `${row.content} ` } : row)),
      "link 3: its row was changed",
    ],
    [(rows) => rows.filter(({ seq }) => seq !== 3), "link 3 is missing"],
    [(rows) => rows.map((row) => (row.seq === 2 ? { ...row, content: null } : row)), "link 2: its row was removed"],
    [(rows) => [...rows.slice(0, 2), ...chainOf(1, { seq: 2, hash: "1".repeat(64) })], "link 3: it does not follow"],
  ];
  for (const [change, why] of changes) {
    state.rows = change(chainOf(5));
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining(why) });
  }
});

test("what only the server can see is told too: rows beside the chain, a checkpoint of a foreign key", async () => {
  state.fault = { seq: null, why: "2 rows were written around the chain" };
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining("around the chain") });
  const { code, out } = await verify("--format", "json");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({ schema: "zerotrace.audit-verify/1", count: 5, fault: state.fault });
});

test("a chain that was cut off goes on from its checkpoint, whose signature must be right", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const [all] = [chainOf(5)];
  const cut = {
    seq: 3,
    hash: (all[2] as Row).hash,
    count: 3,
    before: "2026-01-01T00:00:00.000Z",
    at: "2026-02-01T00:00:00.000Z",
  };
  const text = `zerotrace audit checkpoint v1\n${JSON.stringify([7, cut.seq, cut.hash, cut.count, cut.before, cut.at])}`;
  const key = publicKey.export({ format: "der", type: "spki" }).subarray(12).toString("hex");
  const signature = sign(null, Buffer.from(text), privateKey).toString("hex");
  Object.assign(state, { rows: all.slice(3), checkpoint: { ...cut, keyId: "c-1", publicKey: key, signature } });
  expect(await verify()).toMatchObject({ code: 0, out: expect.stringContaining("up to 3 were cut off by retention") });
  state.checkpoint = { ...state.checkpoint, count: 4 };
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining("signature is wrong") });
});
