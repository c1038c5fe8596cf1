import { expect, test } from "vitest";
import { extractFrom, namesOf } from "../file-fixtures.ts";
import { extract } from "./index.ts";

test("exact constraints are packages; flags, ranges and comments are not", async () => {
  const freeze = `active-repositories: hackage.haskell.org:merge
-- any.old ==1.0,
constraints: any.AC-Angle ==1.0,
             any.ALUT ==2.4.0.3,
             transformers-base +orphaninstances,
             any.range ==1.*,
             any.base >=4 && <5,
             plain ==0.2.0.2
`;
  const found = await extractFrom(extract, { "cabal.project.freeze": freeze });
  expect(namesOf(found)).toEqual(["AC-Angle@1.0", "ALUT@2.4.0.3", "plain@0.2.0.2"]);
  expect(found.packages[0]?.line).toBe(3);
});
