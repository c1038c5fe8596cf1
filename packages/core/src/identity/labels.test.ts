import fc from "fast-check";
import { expect, test } from "vitest";
import { isLabel, label, labels } from "./labels.ts";

test("a label has letters of any language, in lower case and written in one way", () => {
  expect(label.parse("Mu\u0308nchen")).toBe("münchen");
  expect(label.parse("ΣΊΣΥΦΟΣ")).toBe("σίσυφος");
  expect(label.parse("İzmir")).toMatch(/^i.?zmir$/u);
  for (const one of ["site:berlin", "東京", "straße", "9-lives", "हिन्दी"]) {
    expect([label.parse(one), isLabel(one)]).toEqual([one, true]);
  }
  expect(labels.parse(["b", "A", "a", "Ä"])).toEqual(["a", "b", "ä"]);
});

test("what is no label is refused with what is allowed and the nearest one", () => {
  const saying = (text: string): string => label.safeParse(text).error?.issues[0]?.message ?? "taken";
  expect(saying("München Süd")).toMatch(/^"münchen süd" is no label: these have letters, digits .* write münchen-süd$/);
  expect(saying("-a, b")).toContain("write a-b");
  expect(saying("'; drop table asset; --")).toContain("write drop-table-asset");
  expect(saying("!")).toContain("begin with a letter or a digit");
  expect(saying("ü".repeat(101))).toContain(`write ${"ü".repeat(100)}`);
});

test("nothing in a label parts a list, ends a text or stays other than it is normalized", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 12 }), (text) => {
      const read = label.safeParse(text);
      if (!read.success) return;
      expect(read.data).not.toMatch(/[\s,'"\\(){}*%;/]/u);
      expect([isLabel(read.data), read.data.normalize("NFC"), label.parse(read.data)]).toEqual([
        true,
        read.data,
        read.data,
      ]);
    }),
  );
  for (const unsafe of ["a,b", "a'b", 'a"b', "a\\b", "a b", "", "Big", "u\u0308"]) expect(isLabel(unsafe)).toBe(false);
});
