import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const run = (content: unknown) => extractFrom(extract, { "Package.resolved": JSON.stringify(content) });
const pin = (location: string, state: object, kind = "remoteSourceControl") => ({
  identity: "x",
  kind,
  location,
  state,
});

test("version 1 has its pins in an object, 2 and 3 at the top", async () => {
  const first = {
    package: "nio",
    repositoryURL: "https://github.com/apple/swift-nio.git",
    state: { version: "2.41.0" },
  };
  expect(namesOf(await run({ version: 1, object: { pins: [first] } }))).toEqual(["github.com/apple/swift-nio@2.41.0"]);
  const pins = [pin("https://github.com/apple/swift-nio", { version: "2.41.0" })];
  for (const version of [2, 3]) {
    expect(namesOf(await run({ version, pins }))).toEqual(["github.com/apple/swift-nio@2.41.0"]);
  }
});

test.each([
  "https://github.com/a/b",
  "https://github.com/a/b.git",
  "https://user@github.com/a/b/",
  "git@github.com:a/b.git",
  "ssh://git@github.com:22/a/b.git",
])("%s names the repository as advisories do", async (location) => {
  expect(namesOf(await run({ pins: [pin(location, { version: "1.0.0" })] }))).toEqual(["github.com/a/b@1.0.0"]);
});

test("a branch has no version, a folder is no package, and a registry's package is said to be unjudged", async () => {
  const found = await run({
    pins: [
      pin("https://github.com/a/b", { branch: "main", revision: "00" }),
      pin("../own", {}, "localSourceControl"),
      { identity: "mona.LinkedList", kind: "registry", location: "", state: { version: "1.0.0" } },
    ],
  });
  expect(namesOf(found)).toEqual(["github.com/a/b@"]);
  expect(found.problems).toEqual(["mona.LinkedList: it has no address of a repository, so no advisory can name it"]);
});
