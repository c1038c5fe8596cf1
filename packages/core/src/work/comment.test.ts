import { expect, test } from "vitest";
import { COMMENT_CHARS_MAX, MENTIONS_MAX, mentionsOf, readComment } from "./comment.ts";

const parts = (text: string) => readComment(text).flatMap((b) => (b.kind === "code" ? [] : b.parts));

test("a comment has text, code, links and names, and nothing else", () => {
  expect(
    parts("See `apt list`, [the notice](https://example.com/a?b=1) and https://example.com/x. Ask @anna.b, @bo@x.de!"),
  ).toEqual([
    { kind: "text", text: "See " },
    { kind: "code", text: "apt list" },
    { kind: "text", text: ", " },
    { kind: "link", text: "the notice", url: "https://example.com/a?b=1" },
    { kind: "text", text: " and " },
    { kind: "link", text: "https://example.com/x", url: "https://example.com/x" },
    { kind: "text", text: ". Ask " },
    { kind: "mention", name: "anna.b" },
    { kind: "text", text: ", " },
    { kind: "mention", name: "bo@x.de" },
    { kind: "text", text: "!" },
  ]);
  expect(readComment("one\ntwo\n\n```sh\n<b>@anna</b>\n```\nthree")).toEqual([
    { kind: "paragraph", parts: [{ kind: "text", text: "one\ntwo" }] },
    { kind: "code", text: "<b>@anna</b>" },
    { kind: "paragraph", parts: [{ kind: "text", text: "three" }] },
  ]);
});

test("markup and addresses that do harm stay text", () => {
  for (const hostile of [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html;base64,AAAA)",
    "javascript:alert(1)",
    "![x](file:///etc/passwd)",
  ]) {
    expect(parts(hostile)).toEqual([{ kind: "text", text: hostile }]);
  }
});

test("a name in code or in an email address is no mention, and names are told once", () => {
  expect(mentionsOf("`@anna` a@example.com https://x.example/@bo @Cy @cy\n```\n@dora\n```")).toEqual(["cy"]);
  expect(mentionsOf(Array.from({ length: 100 }, (_, i) => `@n${i}`).join(" "))).toHaveLength(MENTIONS_MAX);
});

test("the longest hostile comment is read at once", () => {
  const started = performance.now();
  for (const piece of ["[", "`", "[a](https://", "@", "@a@", "https://", "```\n", "](", "@a-", "\r\n\r\n"]) {
    const text = piece.repeat(COMMENT_CHARS_MAX).slice(0, COMMENT_CHARS_MAX);
    expect(readComment(text).length).toBeGreaterThanOrEqual(0);
    mentionsOf(text);
  }
  expect(performance.now() - started).toBeLessThan(1_000);
});
