import { expect, test } from "vitest";
import { openingOf, standingOf } from "./standing.ts";

const PLACES = [
  { to: "/", needs: "findings:read" },
  { to: "/assets", needs: "assets:read" },
  { to: "/people", needs: "users:read" },
] as const;

test("a page whose permission is missing is closed, and those below it", () => {
  expect(openingOf("/people", ["assets:read"], PLACES)).toEqual({ is: "closed", needs: "users:read" });
  expect(openingOf("/people/7", ["assets:read"], PLACES)).toEqual({ is: "closed", needs: "users:read" });
  expect(openingOf("/people", ["users:read"], PLACES)).toEqual({ is: "open" });
  expect(openingOf("/peoples", [], PLACES)).toEqual({ is: "open" });
  expect(openingOf("/me", [], PLACES)).toEqual({ is: "open" });
});

test("the start leads who may not see it to the first page that they may, and nowhere without any", () => {
  expect(openingOf("/", ["findings:read"], PLACES)).toEqual({ is: "open" });
  expect(openingOf("/", ["users:read"], PLACES)).toEqual({ is: "elsewhere", to: "/people" });
  expect(openingOf("/", [], PLACES)).toEqual({ is: "closed", needs: "findings:read" });
});

test("another company, person or way in is another standing", () => {
  const here = { companyId: 1, subject: "ann@a.example", method: "password" } as const;
  expect(standingOf({ ...here })).toBe(standingOf(here));
  for (const other of [{ companyId: 2 }, { subject: "bob@a.example" }, { method: "provider" as const }]) {
    expect(standingOf({ ...here, ...other })).not.toBe(standingOf(here));
  }
});
