import { expect, test } from "vitest";
import { queryOfGroup } from "./words.ts";

test("a group opens the list of what the widget asked for, narrowed to it", () => {
  expect(queryOfGroup("", "severity", "critical")).toBe("severity:critical");
  expect(queryOfGroup("kev:true", "ecosystem", "Debian:12")).toBe("kev:true ecosystem:Debian:12");
  expect(queryOfGroup("kev:true OR fix:yes", "package", "a b")).toBe('(kev:true OR fix:yes) package:"a b"');
  expect(queryOfGroup("kev:true", "label", "")).toBe("kev:true");
});
