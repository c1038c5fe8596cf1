import { AppError } from "@zerotrace/core";
import type { z } from "zod";
import { refuseUnstorable } from "./text.ts";

/** Where a page ended, as one opaque word. */
export const encodeCursor = (values: unknown): string => Buffer.from(JSON.stringify(values)).toString("base64url");

/** What a caller is told whose cursor we did not make. */
export const foreignCursor = (cause?: unknown): AppError =>
  new AppError("BAD_REQUEST", "The cursor is not one of ours: start again without it.", { field: "cursor", cause });

/** What `encodeCursor` was given, checked by `shape`. Throws BAD_REQUEST on the field `cursor` for anything else. */
export const decodeCursor = <Shape extends z.ZodType>(text: string, shape: Shape): z.output<Shape> => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    value = undefined;
  }
  const result = shape.safeParse(value);
  if (result.success) {
    refuseUnstorable(Array.isArray(value) ? value.join() : value, "cursor");
    return result.data;
  }
  throw foreignCursor();
};
