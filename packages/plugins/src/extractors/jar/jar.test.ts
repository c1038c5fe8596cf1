import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { type MadeFile, madeZip } from "../zip-fixtures.ts";
import { extract } from "./index.ts";

const pom = (groupId: string, artifactId: string, version: string): MadeFile => ({
  name: `META-INF/maven/${groupId}/${artifactId}/pom.properties`,
  content: `#Created by Apache Maven 3.8\nversion=${version}\ngroupId=${groupId}\nartifactId=${artifactId}\n`,
});
const manifest = (...lines: string[]): MadeFile => ({
  name: "META-INF/MANIFEST.MF",
  content: ["Manifest-Version: 1.0", ...lines, ""].join("\r\n"),
});
const found = async (name: string, ...files: MadeFile[]): Promise<string[]> =>
  namesOf(await extractFrom(extract, { [name]: madeZip(files) }));

test("a pom.properties names the archive, several ones a shaded archive's parts too", async () => {
  const own = pom("org.a", "a", "1.0");
  expect(await found("a-1.0.jar", own, manifest("Implementation-Version: 9"))).toEqual(["org.a:a@1.0"]);
  expect(await found("a-1.0.jar", own, pom("org.b", "b", "2.0"))).toEqual(["org.a:a@1.0", "org.b:b@2.0"]);
});

test.each([
  [
    "failureaccess-1.0.1.jar",
    "com.google.guava:failureaccess@1.0.1",
    ["Bundle-SymbolicName: com.google.guava.failureaccess", "Bundle-Version: 1.0.1"],
  ],
  [
    "objenesis-3.3.jar",
    "org.objenesis:objenesis@3.3",
    ["Bundle-SymbolicName: org.obje", " nesis", "Bundle-Version: 3.3.0"],
  ],
  [
    "spring-web-5.3.26.jar",
    "org.springframework:spring-web@5.3.26",
    ["Implementation-Title: spring-web", "Implementation-Version: 5.3.26"],
  ],
  [
    "axis.jar",
    "axis:axis@1.4",
    ["", "Name: org/apache/axis", "Implementation-Title: axis", "Implementation-Version: 1.4 1855 2006"],
  ],
  ["x-2.0.jar", "com.vendor:x@2.0", ["Implementation-Vendor-Id: com.vendor", "Implementation-Title: %name"]],
])("without one, manifest and file name do: %s", async (name, expected, lines) => {
  expect(await found(name, manifest(...lines))).toEqual([expected]);
});

test("what lies in archives within is found with its place, packed or not", async () => {
  const inner = madeZip([pom("org.c", "c", "3.0")]);
  const war = madeZip([pom("org.b", "b", "2.0"), { name: "WEB-INF/lib/c-3.0.jar", content: inner, isStored: true }]);
  const ear = madeZip([{ name: "web.war", content: war }]);
  const { packages } = await extractFrom(extract, { "app.ear": ear });
  expect(packages.map(({ component, inside }) => [component.name, inside])).toEqual([
    ["org.b:b", "web.war"],
    ["org.c:c", "web.war/WEB-INF/lib/c-3.0.jar"],
  ]);
});

test("an archive that names no group is told as not judged, and is no broken file", async () => {
  const { packages, problems } = await extractFrom(extract, { "own-1.0.jar": madeZip([manifest()]) });
  expect(packages).toEqual([]);
  expect(problems).toEqual([expect.stringContaining("to look up its hash needs a network")]);
});

test("bytes before the archive, as of a program that starts it, are passed over", async () => {
  const bytes = Buffer.concat([Buffer.from("#!/bin/sh\nexec java\n"), madeZip([pom("org.a", "a", "1.0")])]);
  expect(namesOf(await extractFrom(extract, { "a.jar": bytes }))).toEqual(["org.a:a@1.0"]);
});

test("archives that explode or lie too deep within are told, the rest is read", async () => {
  const bomb: MadeFile = { name: "lib/bomb.jar", content: Buffer.alloc(4 * 1024 * 1024) };
  const exploding = await extractFrom(extract, { "a.jar": madeZip([bomb, pom("org.a", "a", "1.0")]) });
  expect([namesOf(exploding), exploding.problems]).toEqual([
    ["org.a:a@1.0"],
    [expect.stringContaining("would unpack")],
  ]);
  let deep = madeZip([pom("org.deep", "deep", "1")]);
  for (let level = 0; level < 8; level++) deep = madeZip([{ name: "x.jar", content: deep }]);
  const { packages, problems } = await extractFrom(extract, { "a.jar": deep });
  expect([packages, problems]).toEqual([[], [expect.stringContaining("deeper than")]]);
});

test("an archive cut off or broken anywhere is refused by name or read, and never fails otherwise", async () => {
  const whole = madeZip([pom("org.a", "a", "1.0"), { name: "b.jar", content: madeZip([pom("org.b", "b", "2")]) }]);
  for (let at = 0; at < whole.length; at += 7) {
    const broken = Buffer.from(whole);
    broken[at] = 0xff;
    for (const bytes of [whole.subarray(0, at), broken]) {
      const error = await extractFrom(extract, { "a.jar": bytes }).then(
        () => null,
        (cause: { code?: string }) => cause.code,
      );
      expect([null, "UNREADABLE"]).toContain(error);
    }
  }
});
