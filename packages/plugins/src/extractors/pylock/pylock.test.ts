import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { FILE_EXTRACTORS } from "../files.ts";
import { extract } from "./index.ts";

const LOCK = `lock-version = "1.0"

[[packages]]
name = "attrs"
version = "25.1.0"

[[packages]]
name = "cattrs"
version = "24.1.2"
dependencies = [{ name = "attrs" }]

[[packages]]
name = "app"
directory = { path = "." }

[[packages]]
name = "ruff"
vcs = { type = "git", url = "https://example.com/ruff", commit-id = "abc" }
`;

test("packages with needs; folders are left out, git without a version is unknown", async () => {
  const project = '[project]\ndependencies = ["cattrs"]\n';
  const found = await extractFrom(extract, { "pylock.toml": LOCK, "pyproject.toml": project });
  expect(namesOf(found)).toEqual(["attrs@25.1.0", "cattrs@24.1.2", "ruff@"]);
  expect(found.packages[0]).toMatchObject({ isDirect: false, via: [1], line: 3 });
});

test("named lockfiles are chosen too", () => {
  const { match } = FILE_EXTRACTORS.find(({ id }) => id === "pylock")!.files;
  expect(match!.test("a/pylock.dev.toml")).toBe(true);
  expect(match!.test("a/pylock.a.b.toml")).toBe(false);
});
