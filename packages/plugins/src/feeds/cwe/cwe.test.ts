import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink, withServer, zipOf } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { createCweFeed, cweFeed } from "./index.ts";
import { recorded } from "./recorded.ts";
import { xmlTags } from "./xml.ts";

const tags = (text: string) => [...xmlTags(text, new Set(["a"]))].map((tag) => Object.fromEntries(tag.attributes));

test("MITRE's archive gives the names of weaknesses and categories, not those in comments and text", async () => {
  const kept = recordingSink();
  const report = await withSource(recorded, NO_FAULT, (url) =>
    createCweFeed().read({ ...contextOf(), isShared: false }, recorded.location(url), kept.sink),
  );
  expect(kept.cweNames).toEqual([
    ["CWE-79", "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"],
    ["CWE-1004", "A > B & C"],
    ["CWE-310", "Cryptographic Issues"],
  ]);
  expect(report).toMatchObject({ recordCount: 3, badCount: 1, dataAt: "2025-09-09T00:00:00.000Z", covers: [] });
});

test("a list of names is read in a folder and at an address, plain or packed", async () => {
  const names = JSON.stringify({
    date: "2024-07-16",
    cwes: { "CWE-79": { name: "  Cross-site\n Scripting " }, "CWE-x": { name: "x" }, "CWE-80": {}, "CWE-81": null },
  });
  const folder = freshFolder();
  mkdirSync(join(folder, "cwe"));
  for (const [file, body] of [
    ["cwe-names.json", Buffer.from(names)],
    ["cwe-names.json.gz", gzipSync(names)],
  ] as const) {
    const kept = recordingSink();
    writeFileSync(join(folder, "cwe", file), body);
    const report = await cweFeed.read(contextOf(), folder, kept.sink);
    expect(kept.cweNames).toEqual([["CWE-79", "Cross-site Scripting"]]);
    expect(report).toMatchObject({ badCount: 3, dataAt: "2024-07-16T00:00:00.000Z" });
    const remote = await withServer(
      (request, response) =>
        void (request.url === `/base/cwe/${file}` ? response.end(body) : response.writeHead(404).end()),
      (url) => cweFeed.read(contextOf(), `${url}/base`, recordingSink().sink),
    );
    expect(remote).toMatchObject({ recordCount: 1 });
  }
});

test("an archive without a catalog is refused", async () => {
  const folder = freshFolder();
  for (const [name, text] of [
    ["a.xml", "<other/>"],
    ["a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><Weakness_Catalog/>'],
    ["a.xml", '<Weakness_Catalog Date=""><Weakness ID="1" Name='],
    ["readme.txt", "<Weakness_Catalog/>"],
    ["a.xml", "<Weakness_Catalog/>"],
  ] as const) {
    const path = join(folder, "cwec_latest.xml.zip");
    writeFileSync(path, zipOf([{ name, bytes: Buffer.from(text) }]));
    const reading = cweFeed.read({ ...contextOf(), isShared: false }, path, recordingSink().sink);
    await expect(reading).rejects.toMatchObject({ code: "BAD_FEED" });
  }
});

test("tags are read however they are written, and nothing is expanded", () => {
  expect(
    tags(`<?xml version="1"?><a x = "1>2" y='&#x41;&amp;&lt;&unknown;&#99999999;'/><b x="3"/><a\n z="4">`),
  ).toEqual([{ x: "1>2", y: "A&<&unknown;&#99999999;" }, { z: "4" }]);
  for (const text of ["<a", '<a x="', "<!-- ", "<![CDATA[", "<!DOCTYPE a>", `<a ${"x".repeat(70_000)}>`]) {
    expect(() => tags(text), text.slice(0, 20)).toThrow();
  }
  const startedAt = performance.now();
  expect(() => tags("<".repeat(2_000_000))).toThrow();
  tags(`<a ${"x ".repeat(30_000)}>`);
  expect(performance.now() - startedAt).toBeLessThan(1000);
});
