import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { zipOf } from "../zip-fixtures.ts";
import { extract } from "./index.ts";

const json = JSON.stringify;

test("the extension and what it carries in node_modules are told, with their place", async () => {
  const archive = zipOf({
    "[Content_Types].xml": "<x/>",
    "extension/package.json": json({ publisher: "Acme", name: "Tool.Box", version: "1.2.3", license: "MIT" }),
    "extension/node_modules/@s/a/package.json": json({ name: "@s/a", version: "1.0.0" }),
    "extension/node_modules/b/node_modules/c/package.json": json({ name: "c", version: "2.0.0" }),
    "extension/node_modules/b/lib/package.json": json({ name: "no", version: "2.0.0" }),
    "extension/not_node_modules/d/package.json": json({ name: "d", version: "2.0.0" }),
    "extension/node_modules/e/package.json": "{",
    "extension/node_modules/f/package.json": json({ type: "module" }),
  });
  const found = await extractFrom(extract, { "x.vsix": archive });
  expect(found.packages).toEqual([
    {
      component: { ecosystem: "VSCode", name: "acme.tool.box", version: "1.2.3" },
      license: "MIT",
      inside: "extension/package.json",
    },
    {
      component: { ecosystem: "npm", name: "@s/a", version: "1.0.0" },
      inside: "extension/node_modules/@s/a/package.json",
    },
    {
      component: { ecosystem: "npm", name: "c", version: "2.0.0" },
      inside: "extension/node_modules/b/node_modules/c/package.json",
    },
  ]);
  expect(found.problems).toHaveLength(1);
});

test("what is no archive, is cut off or declares a wrong size is refused by name", async () => {
  const archive = zipOf({ "extension/package.json": json({ publisher: "a", name: "b", version: "1" }) });
  const wrong = Buffer.from(archive);
  wrong.writeUInt32LE(3, archive.lastIndexOf("PK\x01\x02") + 24);
  for (const bytes of [Buffer.from("no"), archive.subarray(0, -9), archive.subarray(20), wrong]) {
    await expect(extractFrom(extract, { "a/x.vsix": bytes })).rejects.toThrow(/a\/x\.vsix/);
  }
});
