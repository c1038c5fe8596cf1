import { expect, test } from "vitest";
import { tarOf } from "./feeds/redhat/fixtures.ts";
import { tarEntries, tarMembers } from "./tar.ts";

const LIMITS = { maxMemberBytes: 2000, maxMembers: 10 };

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 700, limits = LIMITS): Promise<[string, string | null][]> {
  const found: [string, string | null][] = [];
  for await (const { name, bytes: own } of tarMembers(chunksOf(bytes, size), limits)) {
    found.push([name, own === null ? null : own.toString()]);
  }
  return found;
}

const file = (name: string, text: string, kind = "0") => ({ name, bytes: Buffer.from(text), kind });
const LONG = `${"folder/".repeat(30)}cve-2026-0001.json`;

test("files come with their names and bytes however the chunks are cut; folders and links do not", async () => {
  const archive = tarOf([
    file("2026/", "", "5"),
    file("a.json", "one"),
    file("link", "", "2"),
    file("empty", ""),
    file("b.json", "x".repeat(1500)),
  ]);
  for (const size of [1, 511, 512, 100_000]) {
    expect(await read(archive, size)).toEqual([
      ["a.json", "one"],
      ["empty", ""],
      ["b.json", "x".repeat(1500)],
    ]);
  }
});

test("long names of GNU and pax are read", async () => {
  const entry = ` path=${LONG}\n`;
  const length = entry.length + String(entry.length + 3).length;
  const pax = `${length}${entry}`;
  const archive = tarOf([
    file("././@LongLink", `${LONG}\0`, "L"),
    file("cut", "1"),
    file("pax", pax, "x"),
    file("cut", "2"),
  ]);
  expect(await read(archive)).toEqual([
    [LONG, "1"],
    [LONG, "2"],
  ]);
});

test("a member over the limit is given without its bytes, the others as they are", async () => {
  expect(await read(tarOf([file("big", "x".repeat(2001)), file("small", "y")]))).toEqual([
    ["big", null],
    ["small", "y"],
  ]);
});

test("what is no archive, is cut off or has too many members is refused", async () => {
  const archive = tarOf(Array.from({ length: 11 }, (_, i) => file(`f${i}`, "x")));
  await expect(read(archive)).rejects.toThrow("more than 10 members");
  await expect(read(archive.subarray(0, 700))).rejects.toThrow("in the middle");
  await expect(read(Buffer.alloc(5000, "["))).rejects.toThrow("no tar archive");
  await expect(read(Buffer.alloc(0))).rejects.toThrow("empty");
  const endless = tarOf([file("a", "")]);
  endless.write("77777777777\0", 124);
  await expect(read(endless)).rejects.toThrow("no tar archive");
});

test("a body that is read in part or not at all leaves the next member whole", async () => {
  const archive = tarOf([file("a", "x".repeat(1500)), file("b", "y".repeat(700)), file("c", "z")]);
  const seen: string[] = [];
  for await (const entry of tarEntries(chunksOf(archive, 100), LIMITS)) {
    if (entry.name === "a") continue;
    for await (const part of entry.body()) {
      seen.push(`${entry.name}${part.length}`);
      break;
    }
  }
  expect(seen.map((text) => text[0])).toEqual(["b", "c"]);
});
