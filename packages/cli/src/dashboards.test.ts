import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { run } from "./fixtures.ts";

let server: Server;
let url = "";
const folder = mkdtempSync(join(tmpdir(), "zt-dashboards-"));
const asked: { method: string; address: URL; body: unknown }[] = [];

const ID = "11111111-1111-4111-8111-111111111111";
const VIEW = "22222222-2222-4222-8222-222222222222";
const widget = (id: string, more: object) => ({
  id,
  title: id,
  query: "",
  viewId: "",
  measure: "findings",
  group: "severity",
  across: "severity",
  rows: 10,
  days: 30,
  x: 0,
  y: 0,
  w: 4,
  h: 4,
  ...more,
});
const WIDGETS = [
  widget("critical", { kind: "number", query: "severity:critical" }),
  widget("hosts", { kind: "bar", group: "asset", viewId: VIEW }),
  widget("known", { kind: "trend", query: "kev:true" }),
];
const ROW = {
  id: ID,
  name: "Morning",
  shared: true,
  widgetCount: 3,
  createdBy: "ann",
  changedAt: "2026-01-02T00:00:00Z",
};

const answerTo = (method: string, address: URL): unknown => {
  if (address.pathname.endsWith("/figures")) {
    const query = address.searchParams.get("viewId") === VIEW ? "label:prod" : address.searchParams.get("query");
    const isKev = query === "kev:true";
    const figures = { total: isKev ? 0 : 1284, risk: 91.6, rows: [], groupCount: 7, columns: [], cells: [] };
    return { ...figures, query, unknown: isKev ? ["kev"] : [], at: ROW.changedAt };
  }
  if (method === "POST") return { id: ID };
  if (method === "PUT") return { revision: 6 };
  if (method === "DELETE") return {};
  return address.pathname.endsWith("/dashboards") ? { rows: [ROW] } : { ...ROW, widgets: WIDGETS, revision: 5 };
};

beforeAll(async () => {
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "" } = request;
      const address = new URL(request.url ?? "", "http://localhost");
      const text = Buffer.concat(chunks).toString();
      asked.push({ method, address, body: text === "" ? null : JSON.parse(text) });
      answer.writeHead(200).end(JSON.stringify(answerTo(method, address)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void (asked.length = 0));
afterAll(() => {
  rmSync(folder, { recursive: true });
  return new Promise((resolve) => server.close(resolve));
});

const dashboards = (...argv: string[]) => run(["dashboards", ...argv, "--server", url, "--token", "t"]);

test("dashboards are listed and shown with what each widget counts now; what no source was read for is unknown, not 0", async () => {
  expect((await dashboards("list")).out).toMatch(new RegExp(`${ID} +3 +shared +2026-01-02 +Morning`));
  const shown = await dashboards("show", ID);
  expect(shown.out).toMatch(/number +1284 +92 +severity:critical +critical/);
  expect(shown.out).toMatch(/bar +asset +7 +1284 +92 +label:prod +hosts/);
  expect(shown.out).toMatch(/trend +30 days +7 +unknown \(kev\)/);
  expect(shown.err).toContain(`${url}/dashboards/${ID}`);
  const shapes = asked.flatMap(({ address }) => address.searchParams.get("shape") ?? []);
  expect(shapes).toEqual(["total", "groups", "course"]);
});

test("an exported dashboard is imported as a new one, or in place of one at the revision that was read; a view becomes its query", async () => {
  const { out } = await dashboards("export", ID);
  const file = join(folder, "morning.json");
  writeFileSync(file, out);
  expect(JSON.parse(out)).toMatchObject({
    schema: "zerotrace.dashboard/1",
    name: "Morning",
    widgets: [{ id: "critical" }, { id: "hosts", viewId: "", query: "label:prod" }, { id: "known" }],
  });
  expect(out).not.toContain("ann");
  const made = await dashboards("import", file, "--name", "Evening");
  expect([made.out, made.err]).toEqual([`${ID}\n`, "Made “Evening” with 3 widgets\n"]);
  expect(asked.at(-1)).toMatchObject({ method: "POST", body: { name: "Evening", shared: false } });
  expect((asked.at(-1)?.body as { widgets: unknown } | undefined)?.widgets).toEqual(JSON.parse(out).widgets);
  await dashboards("import", file, "--id", ID);
  expect(asked.at(-1)).toMatchObject({ method: "PUT", body: { name: "Morning", shared: true, revision: 5 } });
  const gone = await dashboards("delete", ID);
  expect(gone.err).toBe("Deleted “Morning” with 3 widgets, which everybody saw\n");
});

test("a file that is no dashboard is refused with what is wrong, and nothing is asked of the server", async () => {
  const file = join(folder, "other.json");
  for (const [text, says] of [
    ["{", "This is no dashboard of zerotrace dashboards export"],
    ["{}", 'expected "zerotrace.dashboard/1"'],
    [JSON.stringify({ schema: "zerotrace.dashboard/1", name: "x", widgets: [WIDGETS[0], WIDGETS[0]] }), "Two widgets"],
  ] as const) {
    writeFileSync(file, text);
    const refused = await dashboards("import", file);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining(says)]);
  }
  expect((await dashboards("import", join(folder, "none.json"))).err).toContain("cannot be read");
  expect(asked).toEqual([]);
});
