import { inflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { csvLine } from "./csv.ts";
import { everyPage, exportReply } from "./index.ts";
import type { Cell } from "./table.ts";
import { xlsxStream } from "./xlsx.ts";

const gather = async (parts: AsyncIterable<Buffer | string>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(Buffer.from(part));
  return Buffer.concat(all);
};

/** The files of an archive by its directory, as every reader of the format goes about it. */
const filesOf = (zip: Buffer): Record<string, string> => {
  const end = zip.length - 22;
  const files: Record<string, string> = {};
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const packed = zip.readUInt32LE(at + 20);
    const from = zip.readUInt32LE(at + 42) + 30 + nameLength;
    const text = inflateRawSync(zip.subarray(from, from + packed));
    expect(text.length, name).toBe(zip.readUInt32LE(at + 24));
    files[name] = text.toString();
    at += 46 + nameLength;
  }
  return files;
};

const rowsOf = async function* (rows: readonly (readonly Cell[])[]) {
  yield* rows;
};

test("a workbook holds every part that a reader needs, and the rows with numbers as numbers", async () => {
  const files = filesOf(
    await gather(
      xlsxStream(
        "findings",
        ["package", "risk"],
        rowsOf([
          ["openssl", 98.5],
          ["curl", null],
        ]),
      ),
    ),
  );
  expect(Object.keys(files).sort()).toEqual([
    "[Content_Types].xml",
    "_rels/.rels",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
  ]);
  const sheet = files["xl/worksheets/sheet1.xml"] ?? "";
  expect(sheet.match(/<row>/g)).toHaveLength(3);
  expect(sheet).toContain('<t xml:space="preserve">openssl</t></is></c><c><v>98.5</v></c>');
  expect(files["xl/workbook.xml"]).toContain('<sheet name="findings"');
});

test("text is never a formula, in a workbook or in CSV, whatever it begins with", async () => {
  const bad = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "=cmd|' /C calc'!A0"];
  const sheet = filesOf(await gather(xlsxStream("x", ["a"], rowsOf(bad.map((text) => [text])))))[
    "xl/worksheets/sheet1.xml"
  ];
  expect(sheet).not.toMatch(/<f[ >]/);
  expect(sheet?.match(/t="inlineStr"/g)).toHaveLength(bad.length + 1);
  for (const text of bad) expect(csvLine([text])).toMatch(/^"?'/);
  expect(csvLine([-1, 2.5, null])).toBe("-1,2.5,\r\n");
});

test("what XML forbids or a reader would take for an escape arrives as text, cut at what a cell holds", async () => {
  const hostile = ['a<b>&"c', "\u0000\u001b\uffff", "_x0041_", "\ud800", "x".repeat(40_000)];
  const sheet = filesOf(await gather(xlsxStream("x", ["a"], rowsOf([hostile]))))["xl/worksheets/sheet1.xml"] ?? "";
  expect(sheet).toContain("a&lt;b&gt;&amp;&quot;c");
  expect(sheet).toContain("_x005F_x0041_");
  // oxlint-disable-next-line no-control-regex -- none may be left
  expect(sheet).not.toMatch(/[\u0000-\u0008\u001b\uffff]/);
  expect(/x{30000,}/.exec(sheet)?.[0]).toHaveLength(32_767);
});

test("rows beyond what a sheet holds go on in the next under the same header, and none is lost", async () => {
  const rows = Array.from({ length: 7 }, (_, i) => [`row ${i}`]);
  const files = filesOf(await gather(xlsxStream("x", ["a"], rowsOf(rows), 4)));
  const sheets = [1, 2, 3].map((n) => files[`xl/worksheets/sheet${n}.xml`] ?? "");
  expect(sheets.map((s) => s.match(/<row>/g)?.length)).toEqual([4, 4, 2]);
  expect(sheets.join("").match(/row \d/g)).toEqual(rows.flat());
  expect(files["xl/workbook.xml"]?.match(/sheetId/g)).toHaveLength(3);
});

test("a workbook of many rows is read no faster than it is taken, and a reader that leaves ends the reading", async () => {
  let read = 0;
  let ended = false;
  const endless = async function* () {
    try {
      for (;;) yield [`${(read += 1)} ${Math.random()}`];
    } finally {
      ended = true;
    }
  };
  let chunks = 0;
  for await (const _ of xlsxStream("x", ["a"], endless())) {
    chunks += 1;
    if (chunks === 20) break;
  }
  expect(ended).toBe(true);
  expect(read).toBeLessThan(200_000);
});

test("an error of the rows ends the workbook with it", async () => {
  const failing = async function* () {
    yield ["a"];
    throw new Error("the database went away");
  };
  await expect(gather(xlsxStream("x", ["a"], failing()))).rejects.toThrow("the database went away");
});

test("pages are asked for until one is not full, each after the last row of the one before", async () => {
  const asked: (number | null)[] = [];
  const rows = everyPage<number>(2, (after) => {
    asked.push(after);
    const from = (after ?? 0) + 1;
    return Promise.resolve([from, from + 1].filter((n) => n <= 4));
  });
  expect(await Array.fromAsync(rows)).toEqual([1, 2, 3, 4]);
  expect(asked).toEqual([null, 2, 4]);
});

test("an export says what it is and is saved under the name of what it holds", async () => {
  const columns = [["a", (n: number) => n]] as const;
  const { headers, body } = exportReply(
    "assets",
    "csv",
    columns,
    everyPage(1, () => Promise.resolve([])),
  );
  expect(headers?.["content-disposition"]).toBe('attachment; filename="assets.csv"');
  expect(String(await gather(body))).toBe("a\r\n");
});
