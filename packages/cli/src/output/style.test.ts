import { expect, test } from "vitest";
import { printable, printableLines } from "./style.ts";

test("control and direction characters of outside text never reach a terminal; a difference keeps its lines and tabs", () => {
  expect(printable("a\u001b[31m\nb\u202ec\td")).toBe("a?[31m?b?c?d");
  expect(printableLines("-\tgolang.org/x/net v0.14.0\n+\u001b]0;x")).toBe("-\tgolang.org/x/net v0.14.0\n+?]0;x");
});
