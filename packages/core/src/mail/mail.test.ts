import fc from "fast-check";
import { expect, test } from "vitest";
import { fillMail, MAIL_KINDS, mailText, unknownPlaceholder } from "./mail.ts";

test("a name in braces that a kind has no value for is told, the first one", () => {
  expect(unknownPlaceholder("{company}: {count} for {person}", "mention", "opening")).toBeNull();
  expect(unknownPlaceholder("{company}: {until} {nobody}", "mention", "opening")).toBe("until");
  expect(unknownPlaceholder("{ person }", "invitation", "opening")).toBe(" person ");
  expect(unknownPlaceholder("{} and { alone", "invitation", "opening")).toBe("");
  expect(unknownPlaceholder("{link}", "invitation", "closing")).toBeNull();
  expect(unknownPlaceholder("{link}", "invitation", "subject")).toBe("link");
});

test("values are put in as they are: a value that looks like a name stays what it is", () => {
  expect(fillMail("{by} wrote to {person}", { by: "{person}", person: "Ann $& {by}" })).toBe(
    "{person} wrote to Ann $& {by}",
  );
});

test("every known name is filled in any text, and nothing throws", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...MAIL_KINDS), (text, kind) => {
      expect(unknownPlaceholder(fillMail(text, { person: "", company: "" }), kind, "closing")).toSatisfy(
        (found) => found === null || typeof found === "string",
      );
    }),
  );
});

test("a subject is one line: what would begin another header is refused", () => {
  const says = (subject: string) => mailText.safeParse({ subject, opening: "Hello\nthere", closing: "" }).success;
  expect(says("Fixes of {company}")).toBe(true);
  for (const bad of ["a\r\nBcc: x@y", "a\nb", "a\u2028b", "a\u0000", ""]) expect(says(bad)).toBe(false);
  expect(mailText.safeParse({ subject: "x", opening: "a\u0008", closing: "" }).success).toBe(false);
});
