import { PERMISSIONS } from "@zerotrace/core/schema";
import { expect, test } from "vitest";
import type { Session } from "../../api.ts";
import { fits, fitting, pageCommands, viewCommands } from "./commands.ts";

const session = (permissions: readonly string[]) => ({ permissions }) as unknown as Session;

test("what is typed fits a name that has all of its words, in any order and case", () => {
  expect(fits("", "Findings")).toBe(true);
  expect(fits("scan KEV", "kev list, last scan")).toBe(true);
  expect(fits("scan kev", "last scan")).toBe(false);
});

test("the palette offers every page that the session may open, and no other", () => {
  const all = pageCommands(session(PERMISSIONS), () => undefined);
  expect(all.map((c) => c.name)).toEqual(
    expect.arrayContaining(["Overview", "Findings", "Audit", "Companies", "Jobs"]),
  );
  expect(pageCommands(session([]), () => undefined).map((c) => c.name)).not.toContain("Findings");
});

test("a chosen command goes where it says; headings without commands are not shown", () => {
  const went: object[] = [];
  const view = {
    id: "1",
    noun: "findings",
    name: "Worst",
    query: "kev:true",
    sort: "",
    view: "",
    columns: [],
    shared: true,
  };
  const commands = viewCommands([{ ...view, createdBy: "", changedAt: "" } as never], (to) => went.push(to));
  const groups = fitting(
    [
      { name: "Views", commands },
      { name: "Pages", commands: [] },
    ],
    "worst view",
  );
  expect(groups.map((g) => g.name)).toEqual(["Views"]);
  void groups[0]?.commands[0]?.run();
  expect(went).toMatchObject([{ to: "/findings", search: { query: "kev:true" } }]);
});
