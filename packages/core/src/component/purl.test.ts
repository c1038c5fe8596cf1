import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../errors.ts";
import type { Component } from "./component.ts";
import { componentOfPurl, purlOf } from "./purl-component.ts";
import { canonicalPurl, formatPurl, parsePurl, PURL_CHARACTERS_MAX } from "./purl.ts";
import { SYSTEMS } from "./systems.ts";

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
    { ecosystem: "Go", name: "github.com/BurntSushi/toml", version: "1.0.0" },
    "pkg:golang/github.com/BurntSushi/toml@v1.0.0",
  ],
  [{ ecosystem: "Go", name: "stdlib", version: "1.25.1" }, "pkg:golang/stdlib@1.25.1"],
  [{ ecosystem: "NuGet", name: "Newtonsoft.Json", version: "13.0.1" }, "pkg:nuget/Newtonsoft.Json@13.0.1"],
  [{ ecosystem: "Kubernetes", name: "k8s.io/kubelet", version: "1.27.0" }, "pkg:k8s/k8s.io/kubelet@1.27.0"],
  [{ ecosystem: "Maven", name: "org.a:b", version: "1" }, "pkg:maven/org.a/b@1"],
  [{ ecosystem: "Packagist", name: "a/b", version: "1" }, "pkg:composer/a/b@1"],
  [{ ecosystem: "crates.io", name: "serde", version: "1" }, "pkg:cargo/serde@1"],
  [
    { ecosystem: "openSUSE:Leap 15.5", name: "curl", version: "8" },
    "pkg:rpm/opensuse/curl@8?distro=opensuse-leap-15.5",
  ],
  [{ ecosystem: "openSUSE:Tumbleweed", name: "a", version: "8" }, "pkg:rpm/opensuse/a@8?distro=opensuse-tumbleweed"],
  [{ ecosystem: "SUSE:Linux Enterprise Server 15 SP5", name: "a", version: "8" }, "pkg:rpm/suse/a@8?distro=sles-15.5"],
  [{ ecosystem: "SUSE:Linux Enterprise Desktop 15", name: "a", version: "8" }, "pkg:rpm/suse/a@8?distro=sled-15"],
  [
    { ecosystem: "SUSE:Linux Enterprise Micro 5.3", name: "a", version: "8" },
    "pkg:rpm/suse/a@8?distro=suse-Linux%20Enterprise%20Micro%205.3",
  ],
  [
    { ecosystem: "Red Hat:enterprise_linux:9::baseos", name: "a", version: "8" },
    "pkg:rpm/redhat/a@8?distro=rhel-enterprise_linux:9::baseos",
  ],
  [{ ecosystem: "Wolfi", name: "a", version: "8-r0", arch: "x86_64" }, "pkg:apk/wolfi/a@8-r0?arch=x86_64"],
  [{ ecosystem: "VSCode", name: "golang.go.x", version: "1" }, "pkg:vscode-extension/golang/go.x@1"],
  [{ ecosystem: "Julia", name: "HTTP", version: "1" }, "pkg:julia/HTTP@1"],
  [{ ecosystem: "ConanCenter", name: "openssl", version: "3" }, "pkg:conan/openssl@3"],
  [{ ecosystem: "SwiftURL", name: "github.com/a/B", version: "3" }, "pkg:swift/github.com/a/B@3"],
  [{ ecosystem: "OS", name: "debian", version: "10" }, "pkg:generic/debian@10?ecosystem=OS"],
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

test("what other tools write means the same component", () => {
  const same: readonly [string, Partial<Component>][] = [
    ["pkg:apk/alpine/musl@1?distro=alpine-3.18.4", { ecosystem: "Alpine:v3.18" }],
    ["pkg:apk/alpine/musl@1?distro=3.18.4", { ecosystem: "Alpine:v3.18" }],
    ["pkg:apk/wolfi/musl@1?distro=wolfi-20230201", { ecosystem: "Wolfi" }],
    ["pkg:rpm/rocky-linux/a@1?distro=rocky-9.3", { ecosystem: "Rocky Linux:9" }],
    ["pkg:rpm/alma/a@1?distro=alma-8.9", { ecosystem: "AlmaLinux:8" }],
    ["pkg:rpm/sles/a@1?distro=sles-15.5", { ecosystem: "SUSE:Linux Enterprise Server 15 SP5" }],
    ["pkg:rpm/opensuse.leap/a@1?distro=opensuse.leap-15.5", { ecosystem: "openSUSE:Leap 15.5" }],
    ["pkg:rpm/fedora/a@1-2?epoch=3&distro=fedora-25", { ecosystem: "Fedora:25", version: "3:1-2" }],
    [
      "pkg:rpm/mageia/bash@4-1?epoch=0&upstream=bash-libs-4-1.src.rpm",
      { ecosystem: "Mageia", source: { name: "bash-libs", version: "0:4-1" } },
    ],
    ["pkg:deb/debian/a@1?Distro=debian-12.5&arch=source", { ecosystem: "Debian:12", arch: "source" }],
    [
      "pkg:golang/google.golang.org/genproto@v1#googleapis/api",
      { ecosystem: "Go", name: "google.golang.org/genproto" },
    ],
    ["pkg:github/Actions/Checkout@v4#dist", { ecosystem: "GitHub Actions", name: "actions/checkout" }],
    // Not OSS-Fuzz, which knows few versions of few projects: what nobody covers must not look clean.
    ["pkg:generic/openssl@1.1.1", { ecosystem: "Generic", name: "openssl" }],
    ["pkg:julia/Dates", { ecosystem: "Julia", name: "Dates" }],
    ["pkg:conan/openssl.org/openssl@3", { ecosystem: "ConanCenter", name: "openssl" }],
    ["pkg:huggingface/microsoft/deberta@ABC", { ecosystem: "Hugging Face", name: "microsoft/deberta", version: "abc" }],
  ];
  for (const [purl, component] of same) expect(componentOfPurl(purl), purl).toMatchObject(component);
});

test("every ecosystem's component comes back from its package URL, whatever its release", () => {
  const releases = ["", "1", "12", "v3.20", "22.04", "Leap 15.6", "Linux Enterprise Server 12 SP5", "a b:c", "2023"];
  for (const { ecosystem } of SYSTEMS) {
    for (const release of releases) {
      const full = release === "" ? ecosystem : `${ecosystem}:${release}`;
      const found = componentOfPurl(purlOf({ ecosystem: full, name: "a", version: "1" })).ecosystem;
      // Purls of systems without releases say none; numbers alone are read as the system's own kind of release.
      if (!/^[\d.]*$/.test(release)) expect(found).toBe(full);
    }
  }
});

/** Cases that contradict the specification's text: keys of qualifiers are lower case there, and in the set's own cases. */
const CONTRADICTORY = /^pkg:Maven.*repositorY_url/;

test("the specification's own cases hold, for every type", () => {
  const folder = join(SHARED, "vectors/purl-spec");
  const shared = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith("-test.json")) : [];
  const own = join(import.meta.dirname, "testdata/purl.json");
  const cases = [own, ...shared.map((name) => join(folder, name))].flatMap(
    (path) => JSON.parse(readFileSync(path, "utf8")).tests,
  );
  for (const { test_type: kind, input, expected_output: expected, expected_failure: fails } of cases) {
    if (kind === "parse" && CONTRADICTORY.test(input)) expect(() => parsePurl(input)).toThrow(AppError);
    const mode = CONTRADICTORY.test(input) ? "lenient" : "strict";
    const run = (): unknown => {
      if (kind === "parse") return parsePurl(input, mode);
      return kind === "validate" ? canonicalPurl(input) : formatPurl({ ...input, qualifiers: input.qualifiers ?? {} });
    };
    if (fails) expect(run, JSON.stringify(input)).toThrow(AppError);
    else if (kind === "parse") expect(run()).toEqual({ ...expected, qualifiers: expected.qualifiers ?? {} });
    else expect(run()).toBe(expected);
  }
});

test("formatting and parsing are inverse for any parts, and any text either parses or is refused", () => {
  const part = fc.string({ minLength: 1, unit: "grapheme" }).filter((text) => !/[/]/.test(text));
  fc.assert(
    fc.property(part, part, part, (namespace, name, version) => {
      const purl = { type: "generic", namespace, name, version, qualifiers: { a: version }, subpath: null };
      expect(parsePurl(formatPurl(purl))).toEqual(purl);
    }),
  );
  const types = fc.constantFrom(
    "npm",
    "pypi",
    "pub",
    "git",
    "github",
    "oci",
    "mlflow",
    "maven",
    "rpm",
    "golang",
    "a.b-c",
  );
  fc.assert(
    fc.property(types, part, part, part, part, (type, namespace, name, version, subpath) => {
      const text = formatPurl(
        { type, namespace, name, version, qualifiers: { b: subpath, a: name }, subpath },
        "lenient",
      );
      expect(formatPurl(parsePurl(text, "lenient"), "lenient")).toBe(text);
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

test("hostile package URLs cost no more than their length", () => {
  const hostile = ["/", "@", "#", "?", "&a=", "%", "a/", "../", "\u0130"].map((one) =>
    `pkg:npm/${one.repeat(PURL_CHARACTERS_MAX)}`.slice(0, PURL_CHARACTERS_MAX),
  );
  const started = performance.now();
  for (const text of [...hostile, "pkg:npm/".repeat(1_000_000)]) {
    for (const mode of ["strict", "lenient"] as const) {
      try {
        parsePurl(text, mode);
      } catch (error) {
        expect(error).toBeInstanceOf(AppError);
      }
    }
  }
  expect(performance.now() - started).toBeLessThan(500);
});

test("a source rpm that other tools name counts only where advisories speak of sources", () => {
  const of = (system: string) => componentOfPurl(`pkg:rpm/${system}/openssl-libs@3-1?upstream=openssl-3-1.src.rpm`);
  expect(of("redhat").source?.name).toBe("openssl");
  for (const system of ["amazon", "almalinux", "rocky", "opensuse"]) expect(of(system).source, system).toBeUndefined();
});
