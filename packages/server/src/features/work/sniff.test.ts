import { expect, test } from "vitest";
import { dispositionOf, mediaTypeOf, safeName } from "./sniff.ts";

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

test("a file is what its bytes say", () => {
  expect(mediaTypeOf(bytes([0x89], "PNG\r\n", [0x1a, 0x0a, 0, 0]))).toBe("image/png");
  expect(mediaTypeOf(bytes([0xff, 0xd8, 0xff, 0xe0]))).toBe("image/jpeg");
  expect(mediaTypeOf(bytes("GIF89a", [0]))).toBe("image/gif");
  expect(mediaTypeOf(bytes("RIFF", [0, 0, 0, 0], "WEBP"))).toBe("image/webp");
  expect(mediaTypeOf(bytes("%PDF-1.7"))).toBe("application/pdf");
  expect(mediaTypeOf(bytes("PK", [3, 4, 0]))).toBe("application/zip");
  expect(mediaTypeOf(bytes([0x1f, 0x8b, 8]))).toBe("application/gzip");
  for (const text of ["", "hello", "<html><script>1</script>", "<svg onload=alert(1)>", "#!/bin/sh\nrm -rf /"]) {
    expect(mediaTypeOf(bytes(text))).toBe("text/plain");
  }
});

test("programs and what nobody knows are refused", () => {
  for (const hostile of [
    bytes("MZ", [0, 0]),
    bytes([0x7f], "ELF", [2]),
    bytes([0xca, 0xfe, 0xba, 0xbe, 0]),
    bytes([0xff, 0xfe, 0x3c, 0]),
    bytes([0xc3, 0x28]),
    bytes("text", [0], "text"),
    bytes("RIFF", [0, 0, 0, 0], "WAVE", [0xff]),
  ]) {
    expect(() => mediaTypeOf(hostile)).toThrow(/ZIP/);
  }
});

test("a name leads nowhere and breaks no header", () => {
  expect(safeName("../../etc/passwd")).toBe("_.._etc_passwd");
  expect(safeName("a\r\nset-cookie: x")).toBe("a__set-cookie_ x");
  expect(safeName("photo\u202egnp.exe")).toBe("photo_gnp.exe");
  expect(safeName("...")).toBe("attachment");
  const header = dispositionOf(`grün 'x' (1) 50% "q".png`);
  expect(header).toBe(
    `attachment; filename="gr_n 'x' (1) 50_ _q_.png"; filename*=UTF-8''gr%C3%BCn%20%27x%27%20%281%29%2050%25%20%22q%22.png`,
  );
  expect(header).not.toMatch(/[\r\n]/);
});
