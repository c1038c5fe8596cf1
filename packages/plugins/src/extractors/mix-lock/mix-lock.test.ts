import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `%{
  "plug": {:hex, :plug, "1.11.1", "f299", [:mix], [{:plug_crypto, "~> 1.1", [hex: :plug_crypto, repo: "hexpm", optional: false]}], "hexpm", "2352"},
  "plug_crypto": {:hex, :plug_crypto, "1.2.2", "0565", [:mix], [], "hexpm", "8763"},
  "alias": {:hex, :real_name, "2.0.0", "0565", [:mix], [], "hexpm:acme", "8763"},
  "fork": {:git, "https://example.com/fork.git", "a9574ab7", [branch: "main"]},
}
`;

test("packages carry the name of the registry, what they need and their line; a git dependency has no version", async () => {
  const found = await extractFrom(extract, { "mix.lock": LOCK });
  expect(namesOf(found)).toEqual(["acme/real_name@2.0.0", "fork@", "plug@1.11.1", "plug_crypto@1.2.2"]);
  expect(found.packages[2]).toMatchObject({ dependsOn: [3], line: 2 });
  expect(found.problems).toEqual([]);
});

test("one broken entry is a problem and the rest is read", async () => {
  const found = await extractFrom(extract, { "mix.lock": '%{\n  "bad": {:hex, },\n  "ok": {:hex, :ok, "1.0.0"},\n}' });
  expect(namesOf(found)).toEqual(["ok@1.0.0"]);
  expect(found.problems).toEqual(["bad: its entry cannot be read"]);
});

test("a file that is no map is refused by name", async () => {
  await expect(extractFrom(extract, { "mix.lock": "hello" })).rejects.toMatchObject({ code: "UNREADABLE" });
});

test("a map without an end is told as cut off", async () => {
  const told = (text: string) => extractFrom(extract, { "mix.lock": text }).then(({ problems }) => problems);
  await expect(told("%{\n}\n")).resolves.toEqual([]);
  const cut = '%{\n  "plug": {:hex, :plug, "1.11.1", "c", [:mix], [], "hexpm", "d"},\n';
  await expect(told(cut)).resolves.toEqual([expect.stringContaining("cut off")]);
});
