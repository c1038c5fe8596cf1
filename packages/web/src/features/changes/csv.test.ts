import { expect, test } from "vitest";
import type { Changes } from "../../api.ts";
import { changesCsv } from "./csv.ts";

const entry = {
  name: "CVE-2026-1",
  says: 'a "b", c',
  at: "2026-11-22T01:00:00Z",
  severity: "high",
  isKev: true,
  epss: 0.5,
  epssBefore: null,
  packages: ["a", "b"],
  findingCount: 2,
  assetCount: 1,
  query: null,
  path: null,
};

const daysOf = (entries: object[], moreCount: number) =>
  [
    { day: "2026-11-22", sections: [{ kind: "opened", entries, moreCount, isExact: true }] },
  ] as unknown as Changes["days"];

test("a file of changes holds each entry once, quoted, and says how many it does not name", () => {
  expect(changesCsv({ days: daysOf([entry], 7) }).split("\r\n")).toEqual([
    "day,kind,name,says,severity,kev,epss,packages,findings,assets,at",
    '2026-11-22,opened,CVE-2026-1,"a ""b"", c",high,true,0.5,a b,2,1,2026-11-22T01:00:00Z',
    "2026-11-22,opened,,not named here: 7,,,,,,,",
    "",
  ]);
});

test("a name that a spreadsheet would run is a text", () => {
  expect(changesCsv({ days: daysOf([{ ...entry, name: "=1+1" }], 0) })).toContain(",'=1+1,");
});
