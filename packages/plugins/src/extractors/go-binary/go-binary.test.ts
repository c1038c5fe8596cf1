import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { MADE_BASE, MADE_SECTION_OFFSET, madeElf, madeMacho, madePe } from "../program-fixtures.ts";
import { extract } from "./index.ts";

const MODULES = [
  "path\texample.com/app",
  "mod\texample.com/app\t(devel)\t",
  "dep\tgithub.com/a/a\tv1.2.3\th1:x=",
  "dep\tgithub.com/b/b\tv2.0.0+incompatible\th1:x=",
  "dep\tgithub.com/c/c\tv1.0.0",
  "=>\tgithub.com/fork/c\tv1.0.1\th1:x=",
  "dep\tgithub.com/d/d\tv1.0.0",
  "=>\t./d\t(devel)\t",
  "build\t-compiler=gc",
  "",
].join("\n");
const FOUND = [
  "example.com/app@",
  "github.com/a/a@1.2.3",
  "github.com/b/b@2.0.0+incompatible",
  "github.com/fork/c@1.0.1",
  "stdlib@1.22.3",
];
const SENTINEL = "0123456789abcdef";
const TOOLCHAIN = "go1.22.3 X:boringcrypto";
const LISTED = `${SENTINEL}${MODULES}${SENTINEL}`;

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];

const header = (wordBytes: number, flags: number): Uint8Array => {
  const bytes = new Uint8Array(32);
  bytes.set(Buffer.from("\xff Go buildinf:", "latin1"));
  bytes.set([wordBytes, flags], 14);
  return bytes;
};

const inline = (listed = LISTED): Uint8Array =>
  Buffer.concat([
    header(0, 2),
    Buffer.from(varint(TOOLCHAIN.length)),
    Buffer.from(TOOLCHAIN),
    Buffer.from(varint(listed.length)),
    Buffer.from(listed),
  ]);

/** As Go before 1.18 wrote it: addresses of two strings, each an address and a length. */
const byPointers = (base: number): Uint8Array => {
  const head = Buffer.from(header(8, 0));
  const start = base + MADE_SECTION_OFFSET;
  head.writeBigUInt64LE(BigInt(start + 32), 16);
  head.writeBigUInt64LE(BigInt(start + 48), 24);
  const strings = Buffer.alloc(32);
  [start + 64, TOOLCHAIN.length, start + 64 + TOOLCHAIN.length, LISTED.length].forEach((value, index) =>
    strings.writeBigUInt64LE(BigInt(value), 8 * index),
  );
  return Buffer.concat([head, strings, Buffer.from(TOOLCHAIN + LISTED)]);
};

test.each([
  ["ELF, in line", madeElf([{ name: ".go.buildinfo", bytes: inline() }])],
  ["ELF, by pointers", madeElf([{ name: ".go.buildinfo", bytes: byPointers(0) }])],
  ["PE, in line", madePe([{ name: ".data", bytes: inline() }])],
  ["PE, by pointers", madePe([{ name: ".data", bytes: byPointers(MADE_BASE) }])],
  ["Mach-O, in line", madeMacho([{ name: "__go_buildinfo", bytes: inline() }])],
  ["Mach-O, by pointers", madeMacho([{ name: "__go_buildinfo", bytes: byPointers(MADE_BASE) }])],
  ["fat Mach-O", madeMacho([{ name: "__go_buildinfo", bytes: inline() }], true)],
])("a Go program names its modules after replacement and its standard library: %s", async (_, bytes) => {
  expect(namesOf(await extractFrom(extract, { app: bytes }))).toEqual(FOUND);
});

test("a program built from a checkout has the version that its linker was told, when it was told one", async () => {
  const own = async (flags: string): Promise<string | undefined> => {
    const listed = `${SENTINEL}mod\texample.com/app\t(devel)\t\nbuild\t-ldflags="${flags}"\n${SENTINEL}`;
    const app = madeElf([{ name: ".go.buildinfo", bytes: inline(listed) }]);
    return (await extractFrom(extract, { app })).packages[0]?.component.version;
  };
  expect(await own("-s -w -X main.version=v1.2.3 -X main.commit=abc")).toBe("1.2.3");
  expect(await own("-X 'example.com/app/internal/build.Version=1.2.3-rc.1'")).toBe("1.2.3-rc.1");
  expect(await own("-X main.version=1.2.3 -X main.apiVersion=2.0.0")).toBe("");
  expect(await own("-X k8s.io/other.version=1.2.3")).toBe("");
});

test("programs of other languages, DOS programs and files that are none have no modules", async () => {
  for (const bytes of [
    madeElf([{ name: ".data", bytes: inline() }]),
    Buffer.from("MZ and no more"),
    Buffer.from("#!"),
  ]) {
    expect((await extractFrom(extract, { app: bytes })).packages).toEqual([]);
  }
});

test("a program cut off anywhere is refused by name or read, and never fails otherwise", async () => {
  const whole = [madeElf, madePe, madeMacho].map((made) => made([{ name: ".go.buildinfo", bytes: inline() }]));
  for (const bytes of whole) {
    for (let end = 0; end < bytes.length; end += 61) {
      const read = await extractFrom(extract, { app: bytes.subarray(0, end) }).catch((error: unknown) => error);
      expect(read instanceof Error ? read : null).toSatisfy(
        (error: unknown) => error === null || (error as { code?: string }).code === "UNREADABLE",
      );
    }
  }
});
