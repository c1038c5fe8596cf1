import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

const LOCK = `PODS:
  - PINCache (3.0.3):
    - PINCache/Core (= 3.0.3)
  - PINCache/Core (3.0.3):
    - "GoogleUtilities/Environment (~> 7.0)"
  - "GoogleUtilities/Environment (7.1.0)":
    - Own
  - Own (0.1)

DEPENDENCIES:
  - PINCache (~> 3)
  - Own (from \`../Own\`)

EXTERNAL SOURCES:
  Own:
    :path: "../Own"

COCOAPODS: 1.12.1
`;

test("parts of a pod are the pod, with what it needs; a pod of the project's own folder is left out", async () => {
  const found = await extractFrom(extract, { "Podfile.lock": LOCK });
  expect(namesOf(found)).toEqual(["GoogleUtilities@7.1.0", "PINCache@3.0.3"]);
  expect(found.packages[0]).toMatchObject({ isDirect: false, via: [1], line: 6 });
  expect(found.packages[1]).toMatchObject({ isDirect: true, dependsOn: [0], line: 2 });
});

test("a file without PODS is refused by name", async () => {
  await expect(extractFrom(extract, { "Podfile.lock": "hello\nthere" })).rejects.toMatchObject({ code: "UNREADABLE" });
});
