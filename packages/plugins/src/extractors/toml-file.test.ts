import { expect, test } from "vitest";
import { tomlText } from "./toml-file.ts";

test("a broken TOML is refused with its place on one line, and without the lines of the file", () => {
  const text = `a = 1\nb = "${"x".repeat(5000)}`;
  let said = "";
  try {
    tomlText("uv.lock", text);
  } catch (error) {
    said = (error as Error).message;
  }
  expect(said).toMatch(/^uv\.lock cannot be read: .*unfinished string \(line 2 column \d+\)\.$/);
  expect(tomlText("uv.lock", "a = 1\n")).toEqual({ a: 1 });
});
