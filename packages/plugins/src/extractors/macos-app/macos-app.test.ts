import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "Applications/Google Chrome.app/Contents/Info.plist";
const XML = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Nested</key><dict><key>CFBundleIdentifier</key><string>no</string></dict>
<key>CFBundleIdentifier</key><string>com.google.Chrome</string>
<key>CFBundleShortVersionString</key><string>130.0.6723.69</string>
</dict></plist>`;

/** A binary property list with these texts in its outermost dictionary. */
const binary = (pairs: Readonly<Record<string, string>>): Uint8Array => {
  const texts = [...Object.keys(pairs), ...Object.values(pairs)];
  const count = Object.keys(pairs).length;
  const offsets = [8];
  const body = [0xd0 | count, ...texts.map((_, i) => i + 1)];
  for (const text of texts) {
    offsets.push(8 + body.length);
    const isAscii = /^[\u0020-\u007e]*$/.test(text);
    const encoded = isAscii ? Buffer.from(text, "latin1") : Buffer.from(text, "utf16le").swap16();
    body.push((isAscii ? 0x50 : 0x60) | 0xf, 0x10, text.length, ...encoded);
  }
  const trailer = new Uint8Array(32);
  const view = new DataView(trailer.buffer);
  trailer[6] = 2;
  trailer[7] = 1;
  view.setUint32(12, offsets.length);
  view.setUint32(28, 8 + body.length);
  const table = offsets.flatMap((at) => [at >> 8, at & 255]);
  return Uint8Array.from([...Buffer.from("bplist00"), ...body, ...table, ...trailer]);
};

test("an application is named by its identifier, in both forms of property lists", async () => {
  const forms = [
    XML,
    binary({ CFBundleIdentifier: "com.google.Chrome", CFBundleShortVersionString: "130.0.6723.69", x: "ü" }),
  ];
  for (const form of forms) {
    expect((await extractFrom(extract, { [PATH]: form })).packages).toEqual([
      { component: { ecosystem: "macOS", name: "com.google.Chrome", version: "130.0.6723.69" } },
    ]);
  }
});

test("without a short version the build counts; a framework's file is none of an application", async () => {
  const plist = binary({ CFBundleIdentifier: "a.b", CFBundleVersion: "7" });
  expect(namesOf(await extractFrom(extract, { [PATH]: plist }))).toEqual(["a.b@7"]);
  expect(namesOf(await extractFrom(extract, { "A.app/Contents/Frameworks/B.framework/Info.plist": plist }))).toEqual(
    [],
  );
});

test("broken lists, other document types and references that lead outside are refused by name", async () => {
  const good = binary({ CFBundleIdentifier: "a.b", CFBundleVersion: "7" });
  const broken: (string | Uint8Array)[] = [
    "hello",
    "<plist><array/></plist>",
    XML.replace("PUBLIC", "SYSTEM").replace(/"-[^"]*"/, '"x" [<!ENTITY a "b">]'),
    good.slice(0, 30),
  ];
  for (const at of [good.length - 26, good.length - 25, good.length - 9, good.length - 1, 9]) {
    broken.push(good.map((byte, i) => (i === at ? 255 : byte)));
  }
  for (const form of broken) {
    await expect(extractFrom(extract, { [PATH]: form })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
