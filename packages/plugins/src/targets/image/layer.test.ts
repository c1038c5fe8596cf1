import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LayerFile, padded, tarHeader, tarOfFiles, withSum } from "./image-fixtures.ts";
import { type LayerReading, readLayer } from "./layer.ts";
import { Spool } from "./spool.ts";
import { LayerTree } from "./tree.ts";
import { unpacked } from "./unpack.ts";

let folder = "";
let spool: Spool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "zerotrace-layer-"));
  spool = new Spool(folder);
});
afterEach(() => {
  spool.close();
  rmSync(folder, { recursive: true, force: true });
});

async function* chunksOf(bytes: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const readingOf = (tree: LayerTree, layer: number, more: Partial<LayerReading> = {}): LayerReading => ({
  tree,
  spool,
  layer,
  wanted: (path) => (path.endsWith(".keep") ? "yes" : path.endsWith(".run") ? "program" : "no"),
  signal: new AbortController().signal,
  ...more,
});

/** Lays these layers over each other: the paths that are kept with their bytes, `->` for links. */
const laid = async (...layers: (readonly LayerFile[])[]): Promise<Record<string, string>> => {
  const tree = new LayerTree();
  for (const [at, files] of layers.entries()) await readLayer(chunksOf(tarOfFiles(files)), readingOf(tree, at));
  return told(tree);
};

const told = (tree: LayerTree): Record<string, string> =>
  Object.fromEntries(
    [...tree.files()].map(({ path, node }) => [
      path,
      node.kind === "link" ? `->${node.target}` : spool.read(node.spooled).toString(),
    ]),
  );

const keep = (name: string, bytes = name): LayerFile => ({ name, bytes });

test("a whiteout takes away what lower layers have, never what its own layer brings, wherever it stands", async () => {
  const lower = [keep("a/x.keep", "old"), keep("a/y.keep", "old"), keep("b.keep", "old")];
  const whiteout = keep("a/.wh.x.keep", "");
  const brought = keep("a/x.keep", "new");
  const left = { "a/x.keep": "new", "a/y.keep": "old", "b.keep": "old" };
  expect(await laid(lower, [whiteout, brought])).toEqual(left);
  expect(await laid(lower, [brought, whiteout])).toEqual(left);
  expect(await laid(lower, [keep(".wh.a", "")])).toEqual({ "b.keep": "old" });
});

test("an opaque whiteout empties the folder of what lower layers have, in any order within its layer", async () => {
  const lower = [keep("a/x.keep"), keep("a/deep/er/y.keep"), keep("b.keep")];
  const opaque = keep("a/.wh..wh..opq", "");
  const left = { "a/new.keep": "1", "a/deep/z.keep": "2", "b.keep": "b.keep" };
  expect(await laid(lower, [opaque, keep("a/new.keep", "1"), keep("a/deep/z.keep", "2")])).toEqual(left);
  expect(await laid(lower, [keep("a/new.keep", "1"), keep("a/deep/z.keep", "2"), opaque])).toEqual(left);
  expect(await laid(lower, [keep("a/new.keep", "1"), opaque, keep("a/deep/z.keep", "2"), opaque])).toEqual(left);
  expect(await laid(lower, [keep(".wh..wh..opq", "")])).toEqual({});
  const later = await laid(lower, [opaque], [keep("a/x.keep", "again")], [opaque]);
  expect(later).toEqual({ "b.keep": "b.keep" });
});

test("a file that is not kept, a folder or a device still stands for what was there", async () => {
  const lower = [keep("a.keep"), { name: "l", kind: "symlink", target: "a" } as const, keep("d/x.keep")];
  expect(await laid(lower, [{ name: "a.keep", kind: "device" }, keep("l", "not kept")])).toEqual({
    "d/x.keep": "d/x.keep",
  });
  expect(
    await laid(lower, [
      { name: "a.keep", kind: "folder" },
      { name: "l", kind: "folder" },
    ]),
  ).toEqual({
    "d/x.keep": "d/x.keep",
  });
  expect(await laid(lower, [{ name: "d/", kind: "folder" }])).toMatchObject({ "d/x.keep": "d/x.keep" });
  expect(Object.keys(await laid(lower, [{ name: "d", kind: "device" }]))).toEqual(["a.keep", "l"]);
});

test("a folder stands over a link or file below it, and nothing is written through the link", async () => {
  const lower = [{ name: "lib", kind: "symlink", target: "/etc" } as const, keep("f.keep")];
  expect(await laid(lower, [keep("lib/x.keep"), keep("f.keep/inner.keep")])).toEqual({
    "lib/x.keep": "lib/x.keep",
    "f.keep/inner.keep": "f.keep/inner.keep",
  });
});

test("a hard link has the bytes of its file and the layer that brought the link", async () => {
  const tree = new LayerTree();
  await readLayer(chunksOf(tarOfFiles([keep("a.keep", "1")])), readingOf(tree, 0));
  const links: LayerFile[] = [
    { name: "b.keep", kind: "link", target: "a.keep" },
    { name: "c.keep", kind: "link", target: "/../etc/passwd" },
    { name: "e.keep", kind: "link", target: "unknown" },
  ];
  const { missed } = await readLayer(chunksOf(tarOfFiles(links)), readingOf(tree, 1));
  expect(told(tree)).toEqual({ "a.keep": "1", "b.keep": "1" });
  expect([...tree.files()].map(({ node }) => node.layer)).toEqual([0, 1]);
  expect([...missed]).toEqual([["unknown", [["e.keep"]]]]);
});

test("names that leave the image or are too deep are passed over and named; `.` and doubled slashes are not", async () => {
  const tree = new LayerTree();
  const files = [keep("../x.keep"), keep("a/../../x.keep"), keep("./a//b/./c.keep"), keep("/d.keep"), keep("..x.keep")];
  const deep = keep(`${"d/".repeat(129)}x.keep`);
  const { problems } = await readLayer(chunksOf(tarOfFiles([...files, deep])), readingOf(tree, 0));
  expect(Object.keys(told(tree))).toEqual(["..x.keep", "a/b/c.keep", "d.keep"]);
  expect(problems).toHaveLength(3);
  expect(problems[0]).toContain("../x.keep");
});

test("long names and long link targets are read", async () => {
  const long = `${"a-long-folder/".repeat(20)}x.keep`;
  const link: LayerFile = { name: `${long}.link`, kind: "symlink", target: `/${long}` };
  expect(await laid([keep(long, "1"), link])).toEqual({ [long]: "1", [`${long}.link`]: `->/${long}` });
});

test("the holes of a sparse file are zeros: GNU's old format, 0.1 and 1.0 of pax", async () => {
  const octal = (value: number): string => `${value.toString(8).padStart(11, "0")}\0`;
  const old = tarHeader("old.keep", 6, { type: "S" });
  old.write(`${octal(2)}${octal(4)}${octal(1000)}${octal(2)}`, 386);
  old.write(octal(1004), 483);
  const pax = (fields: Record<string, string>): Buffer => {
    const lines = Object.entries(fields).map(([key, value]) => {
      const rest = ` ${key}=${value}\n`;
      const length = rest.length + String(rest.length + 2).length;
      return `${length}${rest}`;
    });
    const bytes = Buffer.from(lines.join(""));
    return Buffer.concat([tarHeader("pax", bytes.length, { type: "x" }), padded(bytes)]);
  };
  const stored = Buffer.from("abcdef");
  const map = padded(Buffer.from("2\n2\n4\n1000\n2\n"));
  const layer = Buffer.concat([
    withSum(old),
    padded(stored),
    pax({ "GNU.sparse.map": "2,4,1000,2", "GNU.sparse.size": "1004", "GNU.sparse.name": "one.keep" }),
    tarHeader("GNUSparseFile.0/one.keep", 6),
    padded(stored),
    pax({ "GNU.sparse.major": "1", "GNU.sparse.realsize": "1004", "GNU.sparse.name": "two.keep" }),
    tarHeader("GNUSparseFile.0/two.keep", map.length + 6),
    map,
    padded(stored),
    tarOfFiles([keep("after.keep", "1")]),
  ]);
  const tree = new LayerTree();
  await readLayer(chunksOf(layer), readingOf(tree, 0));
  const expected = `\0\0abcd${"\0".repeat(994)}ef\0\0`;
  expect(told(tree)).toEqual({ "old.keep": expected, "one.keep": expected, "two.keep": expected, "after.keep": "1" });
});

test("a program is told by its first bytes however the chunks are cut, and only programs are kept as such", async () => {
  for (const size of [1, 3, 511, 513, 5000]) {
    const tree = new LayerTree();
    const layer = tarOfFiles([keep("a.run", "\x7fELF and more"), keep("b.run", "#!/bin/sh")]);
    await readLayer(chunksOf(layer, size), readingOf(tree, 0));
    expect(Object.keys(told(tree))).toEqual(["a.run"]);
  }
});

test("a file above the bound is named and the rest is read; a layer above it is refused with its number", async () => {
  const tree = new LayerTree();
  const layer = tarOfFiles([keep("big.keep", "x".repeat(5000)), keep("small.keep", "1")]);
  const { problems } = await readLayer(chunksOf(layer), readingOf(tree, 0, { maxKeptBytes: 4999 }));
  expect(problems).toEqual(["big.keep was not read: it has 5000 bytes, more than is kept"]);
  expect(told(tree)).toEqual({ "small.keep": "1" });
  const bomb = gzipSync(Buffer.concat([tarHeader("zeros", 1 << 24), Buffer.alloc(1 << 24), Buffer.alloc(1024)]));
  expect(bomb.length).toBeLessThan(20_000);
  const bounded = readLayer(chunksOf(bomb), readingOf(new LayerTree(), 2, { maxBytes: 1 << 20 }));
  await expect(bounded).rejects.toThrow(/Layer 3 cannot be read: It unpacks to more than 1048576 bytes/);
});

test("a layer that is broken, cut off or no archive is refused with its number; one without bytes is empty", async () => {
  const good = gzipSync(tarOfFiles([keep("a.keep", "x".repeat(3000))]), { level: 0 });
  const reading = readingOf(new LayerTree(), 1);
  await expect(readLayer(chunksOf(good.subarray(0, good.length / 2)), reading)).rejects.toThrow("Layer 2 cannot be");
  const damaged = Buffer.from(good);
  damaged.fill(0xff, 30, 200);
  await expect(readLayer(chunksOf(damaged), reading)).rejects.toMatchObject({ code: "UNREADABLE" });
  await expect(readLayer(chunksOf(Buffer.alloc(2000, "x")), reading)).rejects.toThrow("no tar archive");
  expect((await readLayer(chunksOf(Buffer.alloc(0)), reading)).sizeBytes).toBe(0);
  expect((await readLayer(chunksOf(Buffer.alloc(1024)), reading)).sizeBytes).toBe(1024);
});

test("gzip and zstd of several members are read to their end, also with frames that carry nothing", async () => {
  const layer = tarOfFiles([keep("a.keep", "1"), keep("b.keep", "2".repeat(3000))]);
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
  const [first, second] = [layer.subarray(0, 1500), layer.subarray(1500)];
  const packed = [
    Buffer.concat([gzipSync(first), gzipSync(second)]),
    Buffer.concat([zstdCompressSync(first), skipped, zstdCompressSync(second), skipped]),
    Buffer.concat([skipped, zstdCompressSync(layer)]),
  ];
  for (const bytes of packed) {
    const parts: Buffer[] = [];
    for await (const part of unpacked(chunksOf(bytes, 100))) parts.push(part);
    expect(Buffer.concat(parts).equals(layer)).toBe(true);
  }
});

test("every byte of a layer is read, also what follows the end of its archive, so that its digest is checked", async () => {
  const layer = tarOfFiles([keep("a.keep")]);
  for (const bytes of [
    Buffer.concat([layer, Buffer.alloc(50_000, "more")]),
    Buffer.concat([gzipSync(layer), Buffer.alloc(50_000)]),
    gzipSync(Buffer.concat([layer, Buffer.alloc(500_000)])),
  ]) {
    let readBytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of chunksOf(bytes, 512)) {
        readBytes += chunk.length;
        yield chunk;
      }
    };
    await readLayer(counted(), readingOf(new LayerTree(), 0));
    expect(readBytes).toBe(bytes.length);
  }
});

test("programs with their owner's rights are known by their layer, until they are replaced or taken away", async () => {
  const tree = new LayerTree();
  const setuid = (name: string): LayerFile => ({ name, bytes: "x", mode: 0o4755 });
  await readLayer(chunksOf(tarOfFiles([setuid("bin/su"), setuid("bin/ping"), setuid("bin/old")])), readingOf(tree, 0));
  const above: LayerFile[] = [
    keep("bin/ping"),
    keep("bin/.wh.old", ""),
    { name: "bin/sudo", kind: "link", target: "bin/su" },
  ];
  await readLayer(chunksOf(tarOfFiles(above)), readingOf(tree, 1));
  expect([...tree.setuid()]).toEqual([
    { path: "bin/su", layer: 0 },
    { path: "bin/sudo", layer: 1 },
  ]);
  expect(told(tree)).toEqual({});
});
