import { AppError, type Route } from "@zerotrace/core";
import type { z } from "zod";
import { refuseUnstorable } from "./text.ts";

type Issue = z.core.$ZodIssue;

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ["character", "characters"],
  array: ["entry", "entries"],
};

const amount = (n: number | bigint, origin: string): string => {
  const unit = UNITS[origin];
  return unit ? `${n} ${Number(n) === 1 ? unit[0] : unit[1]}` : String(n);
};

/** What a person has to do, where zod's own words say it in a type's. A message that we wrote ourselves stays. */
const wordsOf = (issue: Issue): string => {
  if (issue.code === "too_small" && issue.message.startsWith("Too small")) {
    return `${issue.inclusive === false ? "More than" : "At least"} ${amount(issue.minimum, issue.origin)}`;
  }
  if (issue.code === "too_big" && issue.message.startsWith("Too big")) {
    return `${issue.inclusive === false ? "Less than" : "At most"} ${amount(issue.maximum, issue.origin)}`;
  }
  if (issue.code !== "invalid_type") return issue.message;
  if (issue.message.endsWith("received undefined")) return "It is missing";
  return issue.message.startsWith("Invalid input: expected undefined") ? "This address takes none" : issue.message;
};

/** The issue that says most: of a union's branches, the one that got furthest. */
const sharpest = (issue: Issue, depth = 0): { path: PropertyKey[]; message: string } => {
  const own = { path: [...issue.path], message: wordsOf(issue) };
  if (issue.code === "unrecognized_keys")
    return { path: [...issue.path, issue.keys[0] ?? ""], message: "Unknown name" };
  if (issue.code !== "invalid_union" || depth > 3) return own;
  const inner = issue.errors.flatMap((branch) => branch.slice(0, 1)).map((first) => sharpest(first, depth + 1));
  const best = inner.sort((a, b) => b.path.length - a.path.length)[0];
  return best ? { path: [...issue.path, ...best.path], message: best.message } : own;
};

const parsePart = <Shape extends z.ZodType>(shape: Shape, value: unknown, part: string): z.output<Shape> => {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const { path, message } = first ? sharpest(first) : { path: [], message: "Not valid" };
  const name = path.map(String).join(".").slice(0, 200);
  const where = name === "" ? `The ${part}` : `${name} in the ${part}`;
  throw new AppError("BAD_REQUEST", `${where}: ${message}. Correct it and send again.`, { field: name || part });
};

/** Parameters, query and body of a request as the route's types have them. Throws BAD_REQUEST naming the first field at fault. */
export const parseInput = (route: Route, raw: { params: unknown; query: unknown; body: unknown }) => {
  // of a body the parser has seen to it
  refuseUnstorable(raw.params, "path");
  refuseUnstorable(raw.query, "query");
  return {
    params: parsePart(route.params, raw.params, "path"),
    query: parsePart(route.query, raw.query, "query"),
    body: parsePart(route.body, raw.body ?? undefined, "body"),
  };
};
