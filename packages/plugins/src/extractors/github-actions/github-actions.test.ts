import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const WORKFLOW = `on: push
env: { uses: not/an-action@v9.9.9 }
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@8f4b7f84864484a7bf31766abe9204da3cbe65b3 # v4.1.1
      - uses: "Tj-Actions/changed-files@v45.0.7"
      - uses: github/codeql-action/init@v3
      - uses: a/bare@8f4b7f84864484a7bf31766abe9204da3cbe65b3
      - uses: ./own
      - uses: docker://alpine:3.8
      - run: |
          uses: fake/action@v1.0.0
      - uses: nonsense
  call:
    uses: octo-org/repo/.github/workflows/ci.yml@main
`;

test("an exact tag or the version beside a commit counts; a moving reference has no version", async () => {
  const found = await extractFrom(extract, { ".github/workflows/ci.yml": WORKFLOW });
  expect(namesOf(found)).toEqual([
    "a/bare@",
    "actions/checkout@v4.1.1",
    "github/codeql-action@",
    "octo-org/repo@",
    "tj-actions/changed-files@v45.0.7",
  ]);
  expect(found.packages[1]).toMatchObject({ isDirect: true, line: 7 });
  expect(found.problems).toEqual(["nonsense: it names no action"]);
});

test("a composite action's steps count", async () => {
  const action = "runs:\n  using: composite\n  steps:\n    - uses: actions/cache@v4.0.2\n";
  expect(namesOf(await extractFrom(extract, { "action.yml": action }))).toEqual(["actions/cache@v4.0.2"]);
});

test("steps may stand at the margin of their list or in brackets; blocks of text and other keys are no steps", async () => {
  const workflow = `jobs:
  a:
    "steps":
    - name: x
      uses: 'a/quoted@v1.0.0'
      with:
        uses: b/with@v1.0.0
    - { name: y, uses: c/inline@v1.0.0, with: { d: e } }
    - name: >-
        text
        uses: d/text@v1.0.0
      uses: e/after@v1.0.0
`;
  const found = await extractFrom(extract, { "a/.github/workflows/x.yaml": workflow });
  expect(found.packages.map((p) => [p.component.name, p.line])).toEqual([
    ["a/quoted", 5],
    ["c/inline", 8],
    ["e/after", 12],
  ]);
});

test("a workflow without jobs is refused by name; another program's action.yml gives nothing", async () => {
  const run = extractFrom(extract, { ".github/workflows/a.yml": "a: [" });
  await expect(run).rejects.toMatchObject({ code: "UNREADABLE" });
  expect(namesOf(await extractFrom(extract, { "action.yml": "a: [" }))).toEqual([]);
});
