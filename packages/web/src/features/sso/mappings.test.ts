import { expect, test } from "vitest";
import { mappingsOfText, textOfMappings } from "./mappings.ts";

const MAPPINGS = [
  { group: "security-admins", role: "admin", labels: null },
  { group: "cn=berlin,dc=example", role: "operator", labels: ["site:berlin", "prod"] },
];

test("what is shown of mappings is read back as it was, labels included", () => {
  expect(textOfMappings(MAPPINGS)).toBe("security-admins = admin\ncn=berlin,dc=example = operator [site:berlin, prod]");
  expect(mappingsOfText(`\n${textOfMappings(MAPPINGS)}\n  \n`)).toEqual(MAPPINGS);
});

test("a line that is no mapping is named and not left out", () => {
  expect(() => mappingsOfText("a = viewer\nberlin operator")).toThrow(/Line 2 of the groups, "berlin operator"/);
  expect(() => mappingsOfText("= viewer")).toThrow(/Line 1/);
  expect(() => mappingsOfText("berlin = [site:berlin]")).toThrow(/Line 1/);
});
