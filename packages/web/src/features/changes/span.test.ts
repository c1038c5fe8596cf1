import { expect, test } from "vitest";
import { changesSearch, dayName, spanOf, todayIn } from "./span.ts";

test("the URL holds the span, and what is none is yesterday", () => {
  expect(changesSearch({ since: "7d", day: "x" })).toEqual({ since: "7d" });
  expect(changesSearch({ since: "2026-11-01" })).toEqual({ since: "2026-11-01" });
  expect(changesSearch({ since: "7d", day: "2026-11-02" })).toEqual({ day: "2026-11-02" });
  expect(changesSearch({ since: "2026-13-01" })).toEqual({ since: undefined });
  const today = "2026-11-21";
  expect(spanOf({}, today)).toEqual({ begins: "Since yesterday" });
  expect(spanOf({ since: "7d" }, today)).toEqual({ from: "2026-11-14", begins: "In the last 7 days" });
  expect(spanOf({ day: "2026-11-20" }, today)).toEqual({
    from: "2026-11-20",
    until: "2026-11-21",
    begins: "Yesterday, Fri, Nov 20",
  });
});

test("today is that of the zone", () => {
  const at = Date.parse("2026-11-21T22:30:00Z");
  expect([todayIn("Asia/Tokyo", at), todayIn("UTC", at)]).toEqual(["2026-11-22", "2026-11-21"]);
  expect(dayName("2025-01-01", "2026-11-21")).toBe("Wed, Jan 1, 2025");
});
