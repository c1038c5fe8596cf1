import { expect, test } from "vitest";
import { addressOf, isShown, type Shown } from "./search.ts";

const view = (more: Partial<Shown>): Shown => ({
  noun: "findings",
  query: "",
  sort: "",
  view: "",
  columns: [],
  ...more,
});

test("the address of a view holds everything that it says, and nothing that is usual", () => {
  expect(addressOf(view({ query: "kev:true", sort: "epss", view: "fixes", columns: ["Risk", "Package"] }))).toEqual({
    to: "/findings",
    search: { query: "kev:true", sort: "epss", view: "fixes", columns: "Risk,Package" },
  });
  expect(JSON.stringify(addressOf(view({})))).toBe('{"to":"/findings","search":{}}');
  expect(addressOf(view({ noun: "assets", query: "label:site:berlin web 1" })).search).toMatchObject({
    q: "web 1",
    label: "site:berlin",
  });
  expect(addressOf(view({ noun: "components", query: "log4j" })).search).toEqual({ q: "log4j" });
});

test("a list shows a view when it asks for the same; columns count only where the view names some", () => {
  const shown = view({ query: "kev:true", columns: ["Risk"] });
  expect(isShown(view({ query: "kev:true" }), shown)).toBe(true);
  expect(isShown(view({ query: "kev:true", columns: ["Package"] }), shown)).toBe(false);
  expect(isShown(view({ query: "kev:true", sort: "epss" }), shown)).toBe(false);
  expect(isShown(view({ noun: "assets", query: "kev:true" }), shown)).toBe(false);
});
