import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("packages of Hackage and of git are found as they were completed", async () => {
  const lock = `packages:
- completed:
    hackage: hasql-pool-1.0.1@sha256:3cfb,2302
  original:
    hackage: hasql-pool-1.0.1
- completed:
    commit: abc
    git: https://example.com/jose.git
    name: jose
    version: 0.10.0
  original:
    git: https://example.com/jose.git
- completed:
    hackage: nonsense
snapshots: []
`;
  const found = await extractFrom(extract, { "stack.yaml.lock": lock });
  expect(namesOf(found)).toEqual(["hasql-pool@1.0.1", "jose@0.10.0"]);
  expect(found.problems).toEqual(["nonsense: its name cannot be read"]);
});

test("a file that is no map is refused by name", async () => {
  await expect(extractFrom(extract, { "stack.yaml.lock": "- a" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
