import { deflateSync } from "node:zlib";
import { JSON_SAMPLES } from "./sample-json-fixtures.ts";
import { TEXT_SAMPLES } from "./sample-text-fixtures.ts";
import { madeElf } from "./program-fixtures.ts";
import { zipOf } from "./zip-fixtures.ts";

/** A small file that a reader finds something in. For tests. */
export interface FileSample {
  /** Where it lies in its target. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
const text = (...lines: string[]): string => `${lines.join("\n")}\n`;

const crates = deflateSync(
  JSON.stringify({
    packages: [
      { name: "app", version: "1.0.0", source: "local", root: true, dependencies: [1] },
      { name: "serde", version: "1.0.200", source: "crates.io" },
    ],
  }),
);

/** Build info of Go 1.18 and later: two texts, each after its length. */
const goProgram = (): Uint8Array => {
  const sentinel = "0123456789abcdef";
  const listed = `${sentinel}path\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\tgithub.com/a/a\tv1.2.3\th1:x=\n${sentinel}`;
  const texts = ["go1.22.3", listed].map((said) => Buffer.from(said));
  const head = Buffer.alloc(32);
  head.write("\xff Go buildinf:", "latin1");
  head.set([8, 2], 14);
  const sized = texts.map((said) => Buffer.concat([lengthOf(said.length), said]));
  return madeElf([{ name: ".go.buildinfo", bytes: Buffer.concat([head, ...sized]) }]);
};

const lengthOf = (length: number): Buffer =>
  Buffer.from(length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7]);

const kernel = (): Uint8Array => {
  const bytes = new Uint8Array(4096);
  bytes.set(Buffer.from("HdrS"), 0x202);
  bytes.set([0x00, 0x04], 0x20e);
  bytes.set(Buffer.from("6.6.10 (builder@host) #1 SMP\0"), 0x600);
  return bytes;
};

const METADATA = text("Metadata-Version: 2.1", "Name: some_name", "Version: 1.0", "License: MIT");
const POM = "META-INF/maven/org.a/a/pom.properties";

const SAMPLES_OF_BYTES: Readonly<Record<string, () => readonly [path: string, content: Uint8Array]>> = {
  "cargo-auditable": () => ["app", madeElf([{ name: ".dep-v0", bytes: crates }])],
  "go-binary": () => ["app", goProgram()],
  jar: () => [
    "a-1.0.jar",
    zipOf({ [POM]: "version=1.0\ngroupId=org.a\nartifactId=a\n", "META-INF/MANIFEST.MF": "Manifest-Version: 1.0\r\n" }),
  ],
  "linux-kernel": () => ["boot/vmlinuz-6.6.10", kernel()],
  vsix: () => [
    "x.vsix",
    zipOf({
      "extension/package.json": json({ publisher: "a", name: "b", version: "1.2.3" }),
      "extension/node_modules/c/package.json": json({ name: "c", version: "1.0.0" }),
    }),
  ],
  "wheel-egg": () => ["a.whl", zipOf({ "some_name-1.0.dist-info/METADATA": METADATA })],
};

/** The sample of a reader, by its id; null without one. */
export const sampleOf = (id: string): FileSample | null => {
  const made = Object.hasOwn(SAMPLES_OF_BYTES, id)
    ? SAMPLES_OF_BYTES[id]?.()
    : { ...JSON_SAMPLES, ...TEXT_SAMPLES }[id];
  return made === undefined ? null : { path: made[0], content: made[1] };
};
