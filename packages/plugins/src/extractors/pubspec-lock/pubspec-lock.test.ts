import { expect, test } from "vitest";
import { extractFrom } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const entry = (name: string, dependency: string, source: string, version = "1.0.0"): string =>
  `  ${name}:\n    dependency: ${dependency}\n    description:\n      url: "https://pub.dev"\n    source: ${source}\n    version: "${version}"\n`;

test("direct, development and transitive packages are told apart; the SDK's and the project's own are left out", async () => {
  const lock = `packages:\n${entry("http", '"direct main"', "hosted", "0.13.2")}${entry("lints", '"direct dev"', "hosted")}${entry("meta", "transitive", "hosted")}${entry("own", '"direct main"', "path")}${entry("flutter", '"direct main"', "sdk", "0.0.0")}${entry("fork", "transitive", "git")}`;
  const { packages, problems } = await extractFrom(extract, { "pubspec.lock": lock });
  const of = (name: string, version: string) => ({ ecosystem: "Pub", name, version });
  expect(packages).toEqual([
    { component: of("fork", "1.0.0"), isDirect: false, line: 32 },
    { component: of("http", "0.13.2"), isDirect: true, isDev: false, via: [], line: 2 },
    { component: of("lints", "1.0.0"), isDirect: true, isDev: true, via: [], line: 8 },
    { component: of("meta", "1.0.0"), isDirect: false, line: 14 },
  ]);
  expect(problems).toEqual([]);
});

test("a file that is no map is refused by name", async () => {
  for (const text of ["", "hello", "a: [", "a: &x [*x, *x]\nb: *y"]) {
    await expect(extractFrom(extract, { "pubspec.lock": text })).rejects.toMatchObject({ code: "UNREADABLE" });
  }
});
