import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const PATH = "gradle/libs.versions.toml";

test("a version catalog gives its libraries in all shapes, with lines; ranges fix no version", async () => {
  const catalog = `[versions]
groovy = "3.0.5"
rich = { strictly = "[1.0, 2.0[", prefer = "1.5" }
[libraries]
guava = "com.google.guava:guava:30.1.1-jre"
groovy-core = { module = "org.codehaus.groovy:groovy", version.ref = "groovy" }
lang = { group = "org.apache.commons", name = "commons-lang3", version = { strictly = "3.12.0" } }
ranged = { module = "a:b", version.ref = "rich" }
newest = "a:c:latest.release"
none = { module = "a:d" }
[plugins]
versions = { id = "com.github.ben-manes.versions", version = "0.45.0" }
`;
  const found = await extractFrom(extract, { [PATH]: catalog });
  expect(namesOf(found)).toEqual([
    "a:b@",
    "a:c@",
    "a:d@",
    "com.google.guava:guava@30.1.1-jre",
    "org.apache.commons:commons-lang3@3.12.0",
    "org.codehaus.groovy:groovy@3.0.5",
  ]);
  expect(found.packages.map(({ line }) => line)).toEqual([8, 9, 10, 5, 7, 6]);
});

test("a library without a module is told; what is no TOML is refused by name", async () => {
  const found = await extractFrom(extract, { [PATH]: '[libraries]\nx = { version = "1" }\na = "a:b:1"\n' });
  expect(found.problems).toEqual(["x names no module"]);
  await expect(extractFrom(extract, { [PATH]: "[" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
