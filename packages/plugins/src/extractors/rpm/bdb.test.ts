import { expect, test } from "vitest";
import { fakeFs, rpmHeader } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { bdbFile } from "./bdb-file.ts";
import { bdbBlobs } from "./bdb.ts";
import { rpm } from "./index.ts";

const header = (name: string, filler = ""): Uint8Array =>
  rpmHeader({ 1000: name, 1001: "1.0", 1002: "1.el7", 1022: "x86_64", 1005: filler });
const os = parseOsRelease("ID=rocky\nVERSION_ID=8\n");
const run = (bytes: Uint8Array) =>
  rpm.extract({ fs: fakeFs({ "/var/lib/rpm/Packages": bytes }), os, signal: new AbortController().signal });

test.each([true, false])(
  "headers on one page and on chains of many are found (little-endian: %s)",
  async (isLittle) => {
    const blobs = Array.from({ length: 250 }, (_, i) => header(`package-${i}`, "x".repeat(i * 100)));
    const extraction = await run(bdbFile(blobs, isLittle));
    expect(extraction?.components.length).toBe(250);
    expect(extraction?.problems).toEqual([]);
    expect(extraction?.components[0]).toEqual({
      ecosystem: "Rocky Linux:8",
      name: "package-0",
      version: "1.0-1.el7",
      arch: "x86_64",
    });
  },
);

test("a chain that loops, leads outside or belongs to another header is a problem; the rest is read", () => {
  for (const spoil of [
    (view: DataView) => view.setUint32(2 * 4096 + 16, 2, true),
    (view: DataView) => view.setUint32(2 * 4096 + 16, 1_000_000, true),
    (view: DataView) => view.setUint32(2 * 4096 + 16, 1, true),
    (view: DataView) => view.setUint16(2 * 4096 + 22, 65_535, true),
  ]) {
    const bytes = bdbFile([header("long", "x".repeat(9000)), header("short")]);
    spoil(new DataView(bytes.buffer));
    const problems: string[] = [];
    expect([...bdbBlobs(bytes, (text) => problems.push(text))]).toEqual([header("short")]);
    expect(problems).toEqual(["the entry 1 of page 1 cannot be read"]);
  }
});

test("what is no such database is refused", async () => {
  const odd = bdbFile([header("a")]);
  new DataView(odd.buffer).setUint32(20, 4095, true);
  for (const bytes of [new Uint8Array(10), new Uint8Array(8192), odd]) {
    await expect(run(bytes)).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
