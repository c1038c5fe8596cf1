import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { contextOf, freshFolder, recordingSink } from "../fixtures.ts";
import { NO_FAULT, withSource } from "../recorded-server.ts";
import { createEolFeed, eolFeed } from "./index.ts";
import { productOf, productsOf } from "./products.ts";
import { recorded } from "./recorded.ts";

test("the API's products come with names to find them by and the end of each cycle", async () => {
  const kept = recordingSink();
  const report = await withSource(recorded, NO_FAULT, (url) =>
    createEolFeed().read({ ...contextOf(), isShared: false }, recorded.location(url), kept.sink),
  );
  expect(kept.lifeCycles).toEqual([
    {
      product: "debian",
      title: "DEBIAN",
      identifiers: ["cpe:2.3:o:debian:debian_linux"],
      // Debian's long-term support is public: its end is the end
      cycles: [
        { name: "12", endsAt: "2028-06-30", latest: "12.5" },
        { name: "13", endsAt: "2028-08-09", latest: "" },
      ],
    },
    {
      product: "example",
      title: "EXAMPLE",
      identifiers: ["pkg:npm/%40example/core"],
      cycles: [
        { name: "2", endsAt: null, latest: "2.5" },
        { name: "1", endsAt: "ended", latest: "1.5" },
      ],
    },
  ]);
  expect(report).toMatchObject({ recordCount: 2, badCount: 1, dataAt: "2026-02-02T10:00:00.000Z" });
});

test("the site's source as one file is read the same way", async () => {
  const folder = freshFolder();
  mkdirSync(join(folder, "eol"));
  const products = {
    ubuntu: {
      title: "Ubuntu",
      identifiers: [{ cpe: "cpe:2.3:o:canonical:ubuntu_linux" }, { repology: "ubuntu" }],
      releases: [
        { releaseCycle: "22.04", eol: "2027-04-01", eoes: "2032-04-09", latest: "22.04.5" },
        { releaseCycle: 21.1, eol: true },
        { releaseCycle: "26.04", eol: false, latest: null },
        { eol: false },
        null,
      ],
    },
    nothing: { title: "Nothing" },
    "../odd": { releases: [{ releaseCycle: "1" }] },
  };
  writeFileSync(join(folder, "eol", "endoflife-products.json.gz"), gzipSync(JSON.stringify(products)));
  const kept = recordingSink();
  const report = await eolFeed.read(contextOf(), folder, kept.sink);
  expect(kept.lifeCycles).toEqual([
    {
      product: "ubuntu",
      title: "Ubuntu",
      identifiers: ["cpe:2.3:o:canonical:ubuntu_linux"],
      cycles: [
        { name: "22.04", endsAt: "2027-04-01", latest: "22.04.5" },
        { name: "21.1", endsAt: "ended", latest: "" },
        { name: "26.04", endsAt: null, latest: "" },
      ],
    },
  ]);
  expect(report).toMatchObject({ recordCount: 1, badCount: 2 });
});

test("odd documents are refused, odd dates are no end", () => {
  for (const odd of [null, 1, [], {}, { a: 1 }, { result: null }]) expect(() => productsOf(odd)).toThrow();
  expect(productsOf({ result: [null] }).products).toEqual([["", null]]);
  const ends = ["soon", "2026-1-1", 5, {}, null].map(
    (eol) => productOf("a", { releases: [{ releaseCycle: "1", eol }] }).cycles[0]?.endsAt,
  );
  expect(ends).toEqual([null, null, null, null, null]);
});
