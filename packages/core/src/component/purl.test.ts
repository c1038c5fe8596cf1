import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../errors.ts";
import type { Component } from "./component.ts";
import { componentOfPurl, purlOf } from "./purl-component.ts";
import { formatPurl, parsePurl } from "./purl.ts";

const SHARED = process.env["ZEROTRACE_SHARED"] ?? join(import.meta.dirname, "../../../../../shared");

const PAIRS: readonly [Component, string][] = [
  [
    { ecosystem: "Debian:12", name: "libssl3", version: "3.0.17-1", arch: "amd64" },
    "pkg:deb/debian/libssl3@3.0.17-1?arch=amd64&distro=debian-12",
  ],
  [
    { ecosystem: "Debian:12", name: "libc6", version: "2.36-9", source: { name: "glibc", version: "2.36-9+b1" } },
    "pkg:deb/debian/libc6@2.36-9?distro=debian-12&upstream=glibc%402.36-9%2Bb1",
  ],
  [{ ecosystem: "Alpine:v3.20", name: "musl", version: "1.2.5-r0" }, "pkg:apk/alpine/musl@1.2.5-r0?distro=alpine-3.20"],
  [{ ecosystem: "Rocky Linux:9", name: "bash", version: "0:5.1-6" }, "pkg:rpm/rocky/bash@0:5.1-6?distro=rocky-9"],
  [{ ecosystem: "npm", name: "@angular/core", version: "1.0.0" }, "pkg:npm/%40angular/core@1.0.0"],
  [{ ecosystem: "PyPI", name: "typing-extensions", version: "4.0" }, "pkg:pypi/typing-extensions@4.0"],
  [
    { ecosystem: "Go", name: "github.com/BurntSushi/toml", version: "v1.0.0" },
    "pkg:golang/github.com/BurntSushi/toml@v1.0.0",
  ],
  [{ ecosystem: "Maven", name: "org.a:b", version: "1" }, "pkg:maven/org.a/b@1"],
  [{ ecosystem: "Packagist", name: "a/b", version: "1" }, "pkg:composer/a/b@1"],
  [{ ecosystem: "crates.io", name: "serde", version: "1" }, "pkg:cargo/serde@1"],
  [{ ecosystem: "OSS-Fuzz", name: "file", version: "1" }, "pkg:generic/file@1?ecosystem=OSS-Fuzz"],
];

test("components and package URLs turn into each other", () => {
  for (const [component, purl] of PAIRS) {
    expect(purlOf(component)).toBe(purl);
    expect(componentOfPurl(purl)).toEqual(component);
  }
});

test("code names and unencoded scopes of other tools are understood", () => {
  expect(componentOfPurl("pkg:deb/debian/curl@1?distro=bookworm").ecosystem).toBe("Debian:12");
  expect(componentOfPurl("pkg:npm/@angular/core@1.0.0").name).toBe("@angular/core");
  expect(componentOfPurl("pkg:npm/@angular/core")).toMatchObject({ name: "@angular/core", version: "" });
});

test("the specification's own cases hold for the types that we inventory", () => {
  const types = [
    "apk",
    "cargo",
    "composer",
    "cran",
    "deb",
    "gem",
    "golang",
    "maven",
    "npm",
    "nuget",
    "pypi",
    "specification",
  ];
  for (const type of types) {
    const path = join(SHARED, `vectors/purl-spec/${type}-test.json`);
    const { tests } = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : { tests: [] };
    for (const { test_type: kind, input, expected_output: expected, expected_failure: fails } of tests) {
      if (kind === "build") continue;
      // The set contradicts itself on upper-case qualifier keys; they are read here.
      if (fails && /[?&][A-Z]\w+=/.test(input)) continue;
      if (fails) expect(() => parsePurl(input), input).toThrow(AppError);
      else if (kind === "validate") expect(formatPurl(parsePurl(input))).toBe(expected);
      else expect(parsePurl(input)).toEqual({ ...expected, qualifiers: expected.qualifiers ?? {} });
    }
  }
});

test("formatting and parsing are inverse for any parts, and any text either parses or is refused", () => {
  const part = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !/[/]/.test(text));
  fc.assert(
    fc.property(part, part, part, (namespace, name, version) => {
      const purl = { type: "cargo", namespace, name, version, qualifiers: { a: version }, subpath: null };
      expect(parsePurl(formatPurl(purl))).toEqual(purl);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        componentOfPurl(`pkg:${text}`);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }),
  );
});
