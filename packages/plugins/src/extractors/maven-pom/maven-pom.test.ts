import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const dependency = (artifactId: string, rest = "", groupId = "org.x"): string =>
  `<dependency>\n<groupId>${groupId}</groupId><artifactId>${artifactId}</artifactId>${rest}</dependency>\n`;
const version = (text: string): string => `<version>${text}</version>`;
const project = (body: string, own = "<groupId>org.own</groupId><artifactId>app</artifactId><version>1.0</version>") =>
  `<?xml version="1.0"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n${own}\n${body}</project>\n`;
const dependencies = (...each: string[]): string => `<dependencies>\n${each.join("")}</dependencies>`;
const managed = (...each: string[]): string => `<dependencyManagement>${dependencies(...each)}</dependencyManagement>`;

test("pom.xml gives direct dependencies with properties put in, scopes and lines", async () => {
  const pom = project(
    `<properties><b.version>2.\${minor}</b.version><minor>7</minor></properties>
${dependencies(
  dependency("a", version("1.0")),
  dependency("b", version("${b.version}") + "<scope>test</scope>"),
  dependency("c", version("[1.4]") + "<scope>provided</scope>"),
)}`,
  );
  const found = await extractFrom(extract, { "pom.xml": pom });
  expect(namesOf(found)).toEqual(["org.x:a@1.0", "org.x:b@2.7", "org.x:c@1.4"]);
  expect(found.packages.map(({ isDirect, isDev, line }) => [isDirect, isDev, line])).toEqual([
    [true, false, 6],
    [true, true, 8],
    [true, true, 10],
  ]);
});

test("what is not fixed offline has no version: unknown and endless properties, ranges, LATEST, unmanaged", async () => {
  const pom = project(
    `<properties><loop>\${loop}</loop></properties>${dependencies(
      dependency("a", version("${unknown}")),
      dependency("b", version("${loop}")),
      dependency("c", version("[1.0,2.0)")),
      dependency("d", version("LATEST")),
      dependency("e"),
    )}`,
  );
  const found = await extractFrom(extract, { "pom.xml": pom });
  expect(namesOf(found)).toEqual(["org.x:a@", "org.x:b@", "org.x:c@", "org.x:d@", "org.x:e@"]);
});

test("parents in the target give properties, managed versions and dependencies; imported lists of the build too", async () => {
  const parent = project(
    `<properties><v>3.0</v></properties>${managed(
      dependency("a", version("${v}")),
      dependency("bom", version("${project.version}") + "<type>pom</type><scope>import</scope>", "org.own"),
    )}${dependencies(dependency("inherited", version("4.0")))}`,
    "<groupId>org.own</groupId><artifactId>parent</artifactId><version>1.0</version>",
  );
  const bom = project(
    managed(dependency("b", version("5.0"))),
    "<groupId>org.own</groupId><artifactId>bom</artifactId><version>1.0</version>",
  );
  const child = project(
    dependencies(dependency("a"), dependency("b"), dependency("sibling", version("${project.version}"), "org.own")),
    "<parent><groupId>org.own</groupId><artifactId>parent</artifactId><version>1.0</version></parent><artifactId>app</artifactId>",
  );
  const files = { "app/pom.xml": child, "pom.xml": parent, "bom/pom.xml": bom };
  const found = await extractFrom(extract, files);
  expect(namesOf(found)).toEqual(["org.x:a@3.0", "org.x:b@5.0", "org.x:inherited@4.0"]);
});

test("a parent outside of the target, or one that is another project, is not taken", async () => {
  const child = (path: string): string =>
    project(
      dependencies(dependency("a")),
      `<parent><groupId>org.own</groupId><artifactId>parent</artifactId><version>1</version><relativePath>${path}</relativePath></parent>`,
    );
  const other = project(managed(dependency("a", version("6.6"))));
  for (const path of ["../../../../pom.xml", "/pom.xml", "../pom.xml"]) {
    const found = await extractFrom(extract, { "app/pom.xml": child(path), "pom.xml": other });
    expect(namesOf(found)).toEqual(["org.x:a@"]);
  }
});

test("properties that explode, document types and other documents are refused or stay empty at once", async () => {
  const bombs = Array.from({ length: 20 }, (_, at) => `<p${at}>${`\${p${at + 1}}`.repeat(50)}</p${at}>`).join("");
  const pom = project(`<properties>${bombs}</properties>${dependencies(dependency("a", version("${p0}")))}`);
  expect(namesOf(await extractFrom(extract, { "pom.xml": pom }))).toEqual(["org.x:a@"]);
  for (const text of ["no pom", "<x/>", '<!DOCTYPE x [<!ENTITY a "b">]><project/>', "<project>"]) {
    await expect(extractFrom(extract, { "pom.xml": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
