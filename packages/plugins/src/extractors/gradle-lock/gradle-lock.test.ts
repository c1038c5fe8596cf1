import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `# This is a Gradle generated file for dependency locking.
>>>
com.fasterxml.jackson.core:jackson-databind:2.9.1=compileClasspath, testRuntimeClasspath
org.junit:junit-bom:5.9.0=testCompileClasspath,testRuntimeClasspath
empty=annotationProcessor
`;

test("gradle.lockfile gives modules with line; what only tests use is for development; strange lines are told", async () => {
  const found = await extractFrom(extract, { "gradle.lockfile": LOCK });
  expect(namesOf(found)).toEqual(["com.fasterxml.jackson.core:jackson-databind@2.9.1", "org.junit:junit-bom@5.9.0"]);
  expect(found.packages.map(({ isDev, line }) => [isDev, line])).toEqual([
    [false, 3],
    [true, 4],
  ]);
  expect(found.problems).toEqual(["line 2 locks no module"]);
});

test("what the build itself uses is for development, and the older lockfiles are read", async () => {
  const build = await extractFrom(extract, { "buildscript-gradle.lockfile": "a:b:1=classpath\n" });
  expect(build.packages[0]?.isDev).toBe(true);
  const old = await extractFrom(extract, { "gradle/dependency-locks/runtimeClasspath.lockfile": "a:b:1\n" });
  expect([namesOf(old), old.packages[0]?.isDev]).toEqual([["a:b@1"], false]);
});

test("a file without anything locked is empty; one that locks nothing but has text is refused", async () => {
  expect(namesOf(await extractFrom(extract, { "gradle.lockfile": "empty=\n" }))).toEqual([]);
  await expect(extractFrom(extract, { "gradle.lockfile": "x" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
