import type { Recorded } from "../recorded.ts";
import { createEolFeed } from "./index.ts";

const PATH = "/api/v1/products/full";

const release = (name: string, isEol: boolean, eolFrom: string | null, more: object = {}) => ({
  name,
  codename: null,
  label: name,
  releaseDate: "2022-04-21",
  isLts: false,
  ltsFrom: null,
  isEol,
  eolFrom,
  isMaintained: !isEol,
  latest: { name: `${name}.5`, date: "2025-09-11", link: null },
  custom: null,
  ...more,
});

const product = (name: string, identifiers: readonly object[], releases: readonly object[]) => ({
  name,
  label: name.toUpperCase(),
  aliases: [],
  category: "os",
  tags: ["os"],
  versionCommand: null,
  identifiers,
  labels: { eoas: null, discontinued: null, eol: "Support", eoes: null },
  links: { icon: null, html: `https://endoflife.date/${name}`, releasePolicy: null },
  releases,
});

/** The API's list of all products, one of them without releases. */
export const recorded: Recorded = {
  feed: createEolFeed,
  location: (serverUrl) => serverUrl + PATH,
  answer: ({ path }) =>
    path === PATH
      ? {
          headers: { "content-type": "application/json" },
          body: JSON.stringify({
            schema_version: "1.2.0",
            generated_at: "2026-02-02T10:00:00+00:00",
            total: 3,
            result: [
              product(
                "debian",
                [{ type: "cpe", id: "cpe:2.3:o:debian:debian_linux" }],
                [
                  release("12", true, "2026-07-11", { isEoes: false, eoesFrom: "2028-06-30" }),
                  release("13", false, "2028-08-09", { latest: null }),
                ],
              ),
              product(
                "example",
                [
                  { type: "purl", id: "pkg:npm/%40example/core" },
                  { type: "repology", id: "example" },
                ],
                [release("2", false, null), release("1", true, null)],
              ),
              product("empty", [], []),
            ],
          }),
        }
      : null,
  expected: { records: [], cves: [], names: ["debian", "example"], badCount: 1 },
};
