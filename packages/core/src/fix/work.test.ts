import { expect, test } from "vitest";
import { stateAfter } from "./work.ts";

test("who is given a fix has it in work, a day plans it, and what somebody says of its state stands", () => {
  const open = { state: "open" } as const;
  expect(stateAfter(open, { assigneeId: "ann" })).toBe("in_work");
  expect(stateAfter(open, { dueOn: "2026-12-31" })).toBe("planned");
  expect(stateAfter(open, { assigneeId: "ann", dueOn: "2026-12-31" })).toBe("in_work");
  expect(stateAfter({ state: "planned" }, { assigneeId: "ann" })).toBe("in_work");
  expect(stateAfter({ state: "planned" }, { dueOn: "2026-12-31" })).toBe("planned");
  expect(stateAfter(open, { state: "open", assigneeId: "ann" })).toBe("open");
  expect(stateAfter(open, { assigneeId: null, dueOn: null })).toBe("open");
  expect(stateAfter({ state: "in_work" }, { assigneeId: null })).toBe("in_work");
  expect(stateAfter({ state: "done" }, { assigneeId: "bo", dueOn: "2026-12-31" })).toBe("done");
});
