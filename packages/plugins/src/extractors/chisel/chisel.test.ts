import { expect, test } from "vitest";
import { fakeFs } from "../fixtures.ts";
import { parseOsRelease } from "../os-release.ts";
import { zstdCompressSync } from "node:zlib";
import { chisel } from "./index.ts";

const run = (lines: readonly string[]) =>
  chisel.extract({
    fs: fakeFs({ "/var/lib/chisel/manifest.wall": zstdCompressSync(lines.join("\n")) }),
    os: parseOsRelease('ID=ubuntu\nVERSION_ID=24.04\nVERSION="24.04 LTS"'),
    signal: new AbortController().signal,
  });

test("packages of the manifest are Ubuntu's; paths and slices are none", async () => {
  const extraction = await run([
    '{"jsonwall":"1.0","schema":"1.0","count":3}',
    '{"kind":"package","name":"libc6","version":"2.39-0ubuntu8.4","sha256":"00","arch":"amd64"}',
    '{"kind":"slice","name":"libc6_libs"}',
    '{"kind":"path","path":"/package"}',
    '{"kind":"package",',
  ]);
  expect(extraction).toEqual({
    components: [{ ecosystem: "Ubuntu:24.04:LTS", name: "libc6", version: "2.39-0ubuntu8.4", arch: "amd64" }],
    problems: ["line 5 is no JSON object"],
  });
});

test("a manifest that unpacks to more than its bound is refused before it is held", async () => {
  const fs = fakeFs({ "/var/lib/chisel/manifest.wall": zstdCompressSync(Buffer.alloc(257 * 1024 * 1024)) });
  const context = { fs, os: parseOsRelease(""), signal: new AbortController().signal };
  await expect(chisel.extract(context)).rejects.toMatchObject({ code: "UNREADABLE" });
});
