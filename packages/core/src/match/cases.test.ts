import { expect, test } from "vitest";
import { parseOsvRecord } from "../advisory/osv.ts";
import { createIndexBuilder } from "./build.ts";
import { openIndex } from "./open.ts";

// The cases of docs/reference/matching.md in which tools differ.

interface Given {
  readonly id: string;
  readonly of: readonly [ecosystem: string, name: string];
  readonly events: readonly object[];
  readonly more?: object;
}

const indexOf = (...given: readonly Given[]) => {
  const builder = createIndexBuilder();
  for (const { id, of, events, more } of given) {
    const [ecosystem, name] = of;
    const ranges = [{ type: "ECOSYSTEM", events }];
    const affected = [{ package: { ecosystem, name }, ranges }];
    builder.add(parseOsvRecord({ id, modified: "2026-01-01T00:00:00Z", affected, ...more }));
  }
  return openIndex(builder.finish({ builtAt: "2026-01-01T00:00:00Z", sources: [] }));
};
const OPENSSL = ["Debian:12", "openssl"] as const;
const from = (fixed: string): object[] => [{ introduced: "0" }, { fixed }];
const verdict = (fixed: string, version: string, of: readonly [string, string] = OPENSSL): string =>
  indexOf({ id: "X-1", of, events: from(fixed) }).match(of[0], of[1], version).verdict;

test("dpkg: what sorts before and after the end of a version, backports, epochs", () => {
  expect(verdict("3.0.11-1~deb12u2", "3.0.11-1~deb12u2")).toBe("not_affected");
  expect(verdict("3.0.11-1", "3.0.11-1~deb12u2")).toBe("affected");
  expect(verdict("1.2.3-4", "1.2.3-4+deb12u1")).toBe("not_affected");
  expect(verdict("3.0.13-1~deb12u1", "3.0.15-1~bpo12+1")).toBe("not_affected");
  expect(verdict("1:1.0-1", "2.0-1")).toBe("affected");
  expect(verdict("1:1.0-1", "2.0-1", ["Rocky Linux:9", "bash"])).toBe("affected");
});

test("upstream's fixed version does not speak of a distribution's package, nor a CPE of a namesake", () => {
  const index = indexOf(
    {
      id: "DEBIAN-CVE-2026-0001",
      of: OPENSSL,
      events: from("3.0.11-1~deb12u2"),
      more: { upstream: ["CVE-2026-0001"] },
    },
    { id: "CVE-2026-0001", of: ["CPE", "openssl:openssl"], events: from("3.0.12") },
    { id: "CVE-2026-0002", of: ["CPE", "haxx:curl"], events: from("8.0.0") },
    { id: "GHSA-aaaa-aaaa-aaaa", of: ["npm", "left"], events: from("1.0.0") },
  );
  expect(index.match(...OPENSSL, "3.0.11-1~deb12u2").verdict).toBe("not_affected");
  expect(index.match("npm", "curl", "7.0.0").verdict).toBe("not_affected");
});

test("names of one weakness are one finding with the higher fix; a notice of several merges none of them", () => {
  const index = indexOf(
    { id: "GHSA-aaaa-aaaa-aaaa", of: ["PyPI", "a"], events: from("2.0.1"), more: { aliases: ["CVE-2026-0001"] } },
    { id: "PYSEC-2026-1", of: ["PyPI", "a"], events: from("2.0.2"), more: { aliases: ["CVE-2026-0001"] } },
    { id: "DEBIAN-CVE-2026-0005", of: OPENSSL, events: from("2"), more: { upstream: ["CVE-2026-0005"] } },
    { id: "DEBIAN-CVE-2026-0006", of: OPENSSL, events: from("2"), more: { upstream: ["CVE-2026-0006"] } },
    { id: "DSA-1-1", of: OPENSSL, events: from("2"), more: { upstream: ["CVE-2026-0005", "CVE-2026-0006"] } },
  );
  const { hits } = index.match("PyPI", "a", "2.0.0");
  expect(hits.map((hit) => [index.advisory(hit.advisory).id, hit.fixedIn])).toEqual([["CVE-2026-0001", "2.0.2"]]);
  expect(index.match("PyPI", "a", "2.0.1").verdict).toBe("affected");
  const ids = index.match(...OPENSSL, "1").hits.map((hit) => index.advisory(hit.advisory).id);
  expect(ids).toEqual(["CVE-2026-0005", "CVE-2026-0006", "DSA-1-1"]);
});

test("last_affected is inclusive, limit is no fix, and Alpine's 0 affects nothing", () => {
  const index = indexOf(
    { id: "X-1", of: ["npm", "a"], events: [{ introduced: "0" }, { last_affected: "1.5.0" }] },
    { id: "X-2", of: ["npm", "b"], events: [{ introduced: "0" }, { limit: "2.0.0" }] },
    { id: "X-3", of: ["Alpine:v3.20", "c"], events: from("0") },
  );
  expect(index.match("npm", "a", "1.5.0").verdict).toBe("affected");
  expect(index.match("npm", "a", "1.5.1").verdict).toBe("not_affected");
  expect(index.match("npm", "b", "1.0.0").hits).toMatchObject([{ fixedIn: null }]);
  expect(index.match("npm", "b", "2.0.0").verdict).toBe("not_affected");
  expect(index.match("Alpine:v3.20", "c", "0.1-r0").verdict).toBe("not_affected");
});

test("Ubuntu's LTS mark is no other ecosystem; module streams are packages of their own", () => {
  const index = indexOf(
    { id: "UBUNTU-CVE-1", of: ["Ubuntu:22.04:LTS", "a"], events: from("2") },
    { id: "RHSA-1", of: ["Red Hat:enterprise_linux:9", "nodejs:20/nodejs"], events: from("20.1-1") },
  );
  expect(index.match("Ubuntu:22.04", "a", "1").verdict).toBe("affected");
  expect(index.match("Red Hat:enterprise_linux:9", "nodejs:18/nodejs", "18.0-1").verdict).toBe("not_affected");
});

test("Debian's own word is shown and hides nothing; a withdrawn record affects nothing", () => {
  const more = (affected: object) => ({
    affected: [
      {
        package: { ecosystem: OPENSSL[0], name: OPENSSL[1] },
        ranges: [{ type: "ECOSYSTEM", events: from("2") }],
        ...affected,
      },
    ],
  });
  const index = indexOf(
    { id: "X-1", of: OPENSSL, events: [], more: more({ ecosystem_specific: { urgency: "unimportant" } }) },
    { id: "X-2", of: OPENSSL, events: [], more: { ...more({}), withdrawn: "2026-01-02T00:00:00Z" } },
  );
  expect(index.match(...OPENSSL, "1").hits).toMatchObject([{ recordId: "X-1", urgency: "unimportant" }]);
});

test("what nobody covers and what cannot be compared is unknown", () => {
  const index = indexOf({ id: "X-1", of: ["PyPI", "a"], events: from("2") });
  expect(index.match("Debian:12", "a", "1")).toMatchObject({ verdict: "unknown", reason: "no_feed" });
  expect(index.match("PyPI", "a", "foo_bar")).toMatchObject({ verdict: "unknown", reason: "unparsable" });
});

test("a release is one, however it is written; the registry that packages come from does not part them", () => {
  const index = indexOf(
    { id: "A-1", of: ["Debian:12", "openssl"], events: from("3.0.11-1") },
    { id: "A-2", of: ["Alpine:v3.20", "busybox"], events: from("1.36.1-r29") },
    { id: "A-3", of: ["Red Hat:9", "bash"], events: from("5.1.8-9.el9") },
    { id: "A-4", of: ["Packagist:https://packages.drupal.org/8", "drupal/token"], events: from("1.13.0") },
    { id: "A-5", of: ["Maven:https://maven.google.com", "androidx.core:core"], events: from("1.2") },
  );
  const verdicts = (
    [
      ["Debian:12.5", "openssl", "3.0.9-1"],
      ["Debian:bookworm", "openssl", "3.0.9-1"],
      ["Alpine:3.20.1", "busybox", "1.36.1-r28"],
      ["Red Hat:9.4", "bash", "5.1.8-6.el9"],
      ["Packagist", "drupal/token", "1.12.0"],
      ["Maven", "androidx.core:core", "1.1"],
    ] as const
  ).map(([ecosystem, name, version]) => index.match(ecosystem, name, version).verdict);
  expect(verdicts).toEqual(verdicts.map(() => "affected"));
  expect(index.match("Debian:11.9", "openssl", "3.0.9-1").reason).toBe("no_feed");
});

test("a commit is no version, though it begin with a number", () => {
  const index = indexOf({ id: "A-1", of: ["GitHub Actions", "a/b"], events: from("46.0.1") });
  for (const commit of ["0e58ed8671d6b60d0890c21b07f8835ace038e67", "99aaed8671d6b60d0890c21b07f8835ace038e67"]) {
    expect(index.match("GitHub Actions", "a/b", commit)).toMatchObject({ verdict: "unknown", reason: "unparsable" });
  }
});

test("a CPE name has no case", () => {
  const index = indexOf({ id: "A-1", of: ["CPE", "a:apache:http_server"], events: from("2.4.50") });
  expect(index.match("CPE", "a:Apache:HTTP_Server", "2.4.49").verdict).toBe("affected");
});

test("a Swift package is one by its name and by the address of its repository", () => {
  const index = indexOf({ id: "A-1", of: ["SwiftURL", "github.com/apple/swift-nio"], events: from("2.39.1") });
  for (const name of [
    "github.com/Apple/swift-nio",
    "https://github.com/apple/swift-nio.git",
    "git@github.com:apple/swift-nio",
  ]) {
    expect(index.match("SwiftURL", name, "2.39.0").verdict, name).toBe("affected");
  }
});

test("records without release speak of every release, and make none look covered where others have their own", () => {
  const index = indexOf(
    { id: "A-1", of: ["Debian:12", "openssl"], events: from("3.0.11-1") },
    { id: "A-2", of: ["Debian", "curl"], events: from("8.0-1") },
    { id: "A-3", of: ["Bioconductor", "x"], events: from("1.2") },
  );
  const said = (ecosystem: string, name: string, version: string): string => {
    const found = index.match(ecosystem, name, version);
    return found.reason ?? found.verdict;
  };
  expect(said("Debian:99", "curl", "7.0-1")).toBe("affected");
  expect(said("Debian:12", "curl", "9.0-1")).toBe("not_affected");
  for (const ecosystem of ["Debian:99", "Debian"]) {
    expect(said(ecosystem, "curl", "9.0-1"), ecosystem).toBe("no_feed");
    expect(said(ecosystem, "openssl", "3.0.9-1"), ecosystem).toBe("no_feed");
  }
  expect(said("Bioconductor:3.17", "y", "1.0")).toBe("not_affected");
});
