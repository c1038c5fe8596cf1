import { expect, test } from "vitest";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { extractFrom } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const image = (version: string): Uint8Array => {
  const bytes = new Uint8Array(4096);
  bytes.set(Buffer.from("HdrS"), 0x202);
  bytes.set([0x00, 0x04], 0x20e);
  bytes.set(Buffer.from(`${version} (builder@host) #1 SMP\0`), 0x600);
  return bytes;
};

/** An ELF file of 64 bits with a section .modinfo. */
const module = (fields: readonly string[]): Uint8Array => {
  const info = Buffer.from(`${fields.join("\0")}\0`);
  const names = Buffer.from("\0.modinfo\0.shstrtab\0");
  const bytes = new Uint8Array(64 + info.length + names.length + 3 * 64);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  const tableAt = 64 + info.length + names.length;
  view.setBigUint64(40, BigInt(tableAt), true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 3, true);
  view.setUint16(62, 2, true);
  bytes.set(info, 64);
  bytes.set(names, 64 + info.length);
  const section = (n: number, name: number, at: number, sizeBytes: number): void => {
    view.setUint32(tableAt + n * 64, name, true);
    view.setUint32(tableAt + n * 64 + 4, 1, true);
    view.setBigUint64(tableAt + n * 64 + 24, BigInt(at), true);
    view.setBigUint64(tableAt + n * 64 + 32, BigInt(sizeBytes), true);
  };
  section(1, 1, 64, info.length);
  section(2, 10, 64 + info.length, names.length);
  return bytes;
};

test.each([
  ["6.6.10", "Linux", "Kernel"],
  ["6.1.0-18-amd64", "Generic", "linux"],
])("a kernel %s is judged as one of %s", async (version, ecosystem, name) => {
  const { packages } = await extractFrom(extract, { [`boot/vmlinuz-${version}`]: image(version) });
  expect(packages).toEqual([{ component: { ecosystem, name, version } }]);
});

test("a module tells its name, version and license, packed or not; without a version it has none", async () => {
  const folder = "lib/modules/6.6.10/updates";
  const zfs = module(["license=CDDL", "version=2.2.2-1", "name=zfs", "vermagic=6.6.10 SMP"]);
  for (const [path, bytes] of [
    [`${folder}/zfs.ko`, zfs],
    [`${folder}/zfs.ko.gz`, gzipSync(zfs)],
    [`${folder}/zfs.ko.zst`, zstdCompressSync(zfs)],
  ] as const) {
    expect((await extractFrom(extract, { [path]: bytes })).packages).toEqual([
      { component: { ecosystem: "Generic", name: "linux-module/zfs", version: "2.2.2-1" }, license: "CDDL" },
    ]);
  }
  const bare = await extractFrom(extract, { [`${folder}/bare.ko`]: module(["author=a"]) });
  expect(bare.packages[0]?.component).toEqual({ ecosystem: "Generic", name: "linux-module/bare", version: "" });
});

test("what is no kernel or module is refused by name", async () => {
  for (const path of ["boot/vmlinuz-6.6.10", "a.ko", "a.ko.gz", "a.ko.zst"]) {
    for (const bytes of [new Uint8Array(0), new Uint8Array(5000), image("nonsense")]) {
      await expect(extractFrom(extract, { [path]: bytes })).rejects.toMatchObject({ code: "UNREADABLE" });
    }
  }
});
