import { expect, test } from "vitest";
import { columnsNamed, joinColumns } from "./table-columns.ts";

const ALL = [{ head: "Risk" }, { head: "First seen" }, { head: "Package" }];

test("a table shows the columns that are named, in its own order, whatever else the text says", () => {
  expect(joinColumns(columnsNamed(ALL, "Package,Risk,Nonsense").map((c) => c.head))).toBe("Risk,Package");
  expect(columnsNamed(ALL, "First seen")).toEqual([{ head: "First seen" }]);
});

test("a table without a choice, or with one of columns that are gone, shows all", () => {
  for (const text of [null, undefined, "", "Gone,Lost"]) expect(columnsNamed(ALL, text)).toBe(ALL);
});
