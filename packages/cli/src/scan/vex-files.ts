import { AppError, createVex, messageOf, parseVexText, type Vex, VEX_LIMITS, type VexStatement } from "@zerotrace/core";
import { readFile, stat } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";

/** A statement and the file it came from. */
export type FiledStatement = VexStatement & { readonly document: string };

/** Problems named of one file (count). */
const NAMED_MAX = 5;

const readText = async (path: string): Promise<string> => {
  const cannot = (why: string, cause?: unknown): AppError =>
    new AppError("UNREADABLE", `${path} cannot be read: ${why}.`, { field: "vex", cause });
  try {
    const { size } = await stat(path);
    if (size > VEX_LIMITS.sizeBytes) throw cannot(`it is larger than ${VEX_LIMITS.sizeBytes / 1024 ** 2} MiB`);
    return await readFile(path, "utf8");
  } catch (error) {
    throw error instanceof AppError ? error : cannot(messageOf(error), error);
  }
};

/**
 * The statements of VEX files, in the order given; null without files. What cannot be used of a file is named on stderr.
 * Throws UNREADABLE, and BAD_REQUEST naming the file that is no VEX document.
 */
export const readVexFiles = async (
  cli: Cli,
  paths: readonly string[] | undefined,
): Promise<Vex<FiledStatement> | null> => {
  if (paths === undefined || paths.length === 0) return null;
  const statements: FiledStatement[] = [];
  for (const path of paths) {
    const text = await readText(path);
    try {
      const { statements: own, problems, problemCount } = parseVexText(text);
      for (const statement of own) statements.push({ ...statement, document: path });
      const shown = problems.slice(0, NAMED_MAX);
      for (const problem of shown) cli.err.write(`warning: ${printable(`${path}: ${problem}`)}\n`);
      if (problemCount > shown.length)
        cli.err.write(`warning: ${printable(path)}: ${counted(problemCount - shown.length, "more problem")}\n`);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      throw new AppError(error.code, `${path}: ${error.message}`, { field: "vex", cause: error });
    }
  }
  return createVex(statements);
};
