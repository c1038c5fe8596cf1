import { expect, test } from "vitest";
import { FINDING_FIELDS, parseQuery, sourcesAsked } from "./index.ts";

test("a query that asks for known exploitation or its likelihood, or for their absence, needs the sources that say so", () => {
  const of = (text: string) => sourcesAsked(parseQuery(text, FINDING_FIELDS).node);
  expect(of("kev:true")).toEqual(["kev"]);
  expect(of("openssl (severity:high OR -epss>0.5) -kev:true")).toEqual(["kev", "epss"]);
  expect(of("severity:high kev")).toEqual([]);
  expect(of("")).toEqual([]);
});
