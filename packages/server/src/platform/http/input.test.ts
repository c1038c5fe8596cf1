import { AppError } from "@zerotrace/core";
import { route } from "@zerotrace/core/schema";
import { expect, test } from "vitest";
import { z } from "zod";
import { parseInput } from "./input.ts";

const taking = route({
  method: "POST",
  path: "/api/v1/things",
  summary: "Take a thing",
  permission: "public",
  body: z.object({
    password: z.string().min(8).max(12),
    permissions: z.array(z.string()).min(1).max(2),
    days: z.number().gt(0).max(30),
    label: z.string().regex(/^a/, "Labels begin with a"),
  }),
});
const takingNone = route({ method: "POST", path: "/api/v1/none", summary: "Take nothing", permission: "public" });
const good = { password: "12345678", permissions: ["x"], days: 1, label: "a" };

const refusal = (of: Parameters<typeof parseInput>[0], body: unknown): string => {
  try {
    parseInput(of, { params: {}, query: {}, body });
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
  return "taken";
};

test("what is too short, too long, too little or missing is said in words of people", () => {
  const saying = (change: object): string => refusal(taking, { ...good, ...change });
  expect(saying({})).toBe("taken");
  expect(saying({ password: "short" })).toBe("password in the body: At least 8 characters. Correct it and send again.");
  expect(saying({ password: "1".repeat(13) })).toContain("At most 12 characters.");
  expect(saying({ permissions: [] })).toContain("permissions in the body: At least 1 entry.");
  expect(saying({ permissions: ["x", "y", "z"] })).toContain("At most 2 entries.");
  expect(saying({ days: 0 })).toContain("days in the body: More than 0.");
  expect(saying({ days: 31 })).toContain("days in the body: At most 30.");
  expect(saying({ label: undefined })).toContain("label in the body: It is missing.");
  expect(saying({ label: "b" })).toContain("Labels begin with a.");
  expect(saying({ days: "1" })).toContain("days in the body: Invalid input: expected number, received string.");
  expect(refusal(takingNone, {})).toBe("The body: This address takes none. Correct it and send again.");
});
