import { expect, test } from "vitest";
import { updateInfoXml } from "./amazon/fixtures.ts";
import { listOfRepomd } from "./rpm-repository.ts";
import { UpdateInfo } from "./updateinfo.ts";
import type { ReadUpdate } from "./updateinfo.ts";

function read(text: string, chunkBytes = 1_000_000): ReadUpdate[] {
  const told: ReadUpdate[] = [];
  const info = new UpdateInfo((one) => void told.push(one));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) info.push(bytes.subarray(at, at + chunkBytes));
  info.finish();
  return told;
}

const withIssued = (issued: string) => {
  const [one] = read(updateInfoXml([{ id: "ELSA-2026-1", title: "é &amp; ü", issued }]));
  return one && "update" in one ? [one.update.title, one.update.issuedAt] : one;
};

test("dates are read in every form that vendors write, in UTC; others are none", () => {
  const table: readonly (readonly [string, string | null])[] = [
    ["2018-01-11 21:05", "2018-01-11T21:05:00.000Z"],
    ["2023-02-22 23:22:01", "2023-02-22T23:22:01.000Z"],
    ["2023-02-22T23:22:01Z", "2023-02-22T23:22:01.000Z"],
    ["2023-02-22", "2023-02-22T00:00:00.000Z"],
    ["1767607000", "2026-01-05T09:56:40.000Z"],
    ["2023-13-45", null],
    ["someday", null],
    ["", null],
  ];
  for (const [issued, at] of table) expect([issued, withIssued(issued)]).toEqual([issued, ["é & ü", at]]);
});

test("a module counts for its collection alone; text that is cut anywhere reads the same", () => {
  const text = `<updates><update type="security"><id>E-1</id><title>é</title><pkglist>
    <collection><module name="nodejs" stream="20"/><package name="a" version="1" release="1" epoch="2"/></collection>
    <collection><package name="b" version="1" release="1" arch="noarch"/><package name="c" version="1" release="1" arch="src"/></collection>
  </pkglist></update></updates>`;
  const [one] = read(text);
  expect(one).toMatchObject({
    update: {
      packages: [
        { name: "a", version: "2:1-1", module: "nodejs:20" },
        { name: "b", version: "1-1", module: "" },
      ],
    },
  });
  for (const size of [1, 7]) expect(read(text, size)).toEqual([one]);
});

test("an update that cannot be used is told with the reason, the others are read", () => {
  const reasons = read(
    updateInfoXml([
      { id: "../x", packages: [] },
      { id: "A-1", packages: [["a", "1", "1-2", "3", "x86_64"]] },
      { id: "A-2", packages: [["", "1", "1", "3", "x86_64"]] },
      { id: "A-3", packages: [["a", "-1", "1", "3", "x86_64"]] },
      { id: "A-4", packages: [["a", "1", "1", "3", "x86_64"]] },
    ]),
  ).map((one) => ("bad" in one ? one.bad : one.update.id));
  expect(reasons).toEqual([
    "it has no usable id",
    expect.stringContaining("no usable name"),
    expect.stringContaining("no usable name"),
    expect.stringContaining("epoch"),
    "A-4",
  ]);
  for (const text of ["<html></html>", "", "<updates>", "<updates></updates>x"]) expect(() => read(text)).toThrow();
});

test("repomd.xml leads to a file below the repository only; a sum of another kind is none", () => {
  const repomd = (href: string, type = "sha256", sum = "A".repeat(64)) =>
    `<repomd><data type="primary"><location href="p"/></data><data type="updateinfo"><checksum type="${type}">${sum}</checksum>` +
    `<open-checksum type="sha256">${"b".repeat(64)}</open-checksum><location href="${href}"/></data></repomd>`;
  expect(listOfRepomd(repomd("repodata/1-updateinfo.xml.gz"), "updateinfo")).toEqual({
    href: "repodata/1-updateinfo.xml.gz",
    sha256: "a".repeat(64),
  });
  expect(listOfRepomd(repomd("u.xml", "sha512", "c".repeat(128)), "updateinfo")?.sha256).toBeNull();
  expect(listOfRepomd('<repomd><data type="primary"><location href="p"/></data></repomd>', "updateinfo")).toBeNull();
  for (const href of ["../u.xml", "/etc/passwd", "https://example.org/u", "a/../../u", "a//b", "a?b", ".hidden"]) {
    expect(() => listOfRepomd(repomd(href), "updateinfo"), href).toThrow("strange place");
  }
  expect(() => listOfRepomd("<html></html>", "updateinfo")).toThrow();
});
