import { AppError, messageOf } from "@zerotrace/core";
import { readSbom } from "@zerotrace/plugins/formats/sbom-read";
import { type Sbom, SBOM_LIMITS } from "@zerotrace/plugins/formats/sbom";
import { readFile, stat } from "node:fs/promises";
import type { Cli } from "../cli.ts";
import { counted } from "../output/headline.ts";
import { printable } from "../output/style.ts";

/** Problems named of one file (count). */
const NAMED_MAX = 5;
const STDIN = "-";

const unreadable = (path: string, why: string, cause?: unknown): AppError =>
  new AppError("UNREADABLE", `${path === STDIN ? "Standard input" : path} cannot be read: ${why}.`, {
    field: "file",
    cause,
  });

const tooLarge = `it is larger than ${SBOM_LIMITS.sizeBytes / 1024 ** 2} MiB`;

const bytesOfInput = async (cli: Cli): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of cli.input) {
    size += chunk.length;
    if (size > SBOM_LIMITS.sizeBytes) throw unreadable(STDIN, tooLarge);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** The bytes of a file, of standard input for `-`. Throws UNREADABLE. */
export const readSbomBytes = async (cli: Cli, path: string): Promise<Uint8Array> => {
  if (path === STDIN) return await bytesOfInput(cli);
  try {
    const { size } = await stat(path);
    if (size > SBOM_LIMITS.sizeBytes) throw unreadable(path, tooLarge);
    return await readFile(path);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, messageOf(error), error);
  }
};

/** A document of a file. What of it cannot be used is named on stderr. Throws UNREADABLE, and BAD_REQUEST naming the file. */
export const readSbomFile = async (cli: Cli, path: string): Promise<Sbom> => {
  const bytes = await readSbomBytes(cli, path);
  try {
    const sbom = await readSbom(bytes);
    const shown = sbom.problems.slice(0, NAMED_MAX);
    for (const problem of shown) cli.err.write(`warning: ${printable(`${path}: ${problem}`)}\n`);
    if (sbom.problems.length > shown.length)
      cli.err.write(`warning: ${printable(path)}: ${counted(sbom.problems.length - shown.length, "more problem")}\n`);
    return sbom;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${path}: ${error.message}`, { field: "file", cause: error });
  }
};
