import { expect, test } from "vitest";
import { NEUTRAL, NOT_MEASURED, screensOf } from "../../bench/scale-browser/screens.ts";
import { pathsOf } from "../support/pages.ts";

test("every page of the router is measured in the browser, or stands where it is said why not", () => {
  const id = "$id";
  const screens = screensOf({ findingId: id, assetId: id, advisory: id, fixes: [], dashboardId: id, fixId: id });
  const measured = new Set([NEUTRAL, ...screens].map(({ path }) => path.split("?", 1)[0]));
  expect(pathsOf().filter((path) => !measured.has(path) && !NOT_MEASURED.includes(path))).toEqual([]);
});
