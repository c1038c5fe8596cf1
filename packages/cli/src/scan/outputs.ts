import { AppError, messageOf } from "@zerotrace/core";
import { REPORT_FORMATS } from "@zerotrace/plugins/formats/index";
import type { FinishedScan } from "@zerotrace/plugins/formats/report";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Cli } from "../cli.ts";

/** What `--format` takes beside the table. */
export const REPORT_IDS: readonly string[] = REPORT_FORMATS.map((format) => format.id);

/** One `--output FORMAT=FILE`. */
export interface Output {
  readonly format: string;
  readonly path: string;
}

/** Reads `sarif=out.sarif`. Throws AppError BAD_REQUEST naming the formats. */
export const outputOf = (text: string): Output => {
  const at = text.indexOf("=");
  const format = text.slice(0, at);
  if (at > 0 && REPORT_IDS.includes(format) && at < text.length - 1) return { format, path: text.slice(at + 1) };
  throw new AppError("BAD_REQUEST", `--output ${text} is not FORMAT=FILE with one of ${REPORT_IDS.join(", ")}.`, {
    field: "output",
  });
};

const piecesOf = async (format: string, scan: FinishedScan): Promise<Iterable<string>> => {
  const found = REPORT_FORMATS.find((one) => one.id === format);
  if (found === undefined) throw new AppError("BAD_REQUEST", `There is no format ${format}.`, { field: "format" });
  return (await found.load()).write(scan);
};

/** Writes the scan to stdout in a format. */
export const printReport = async (cli: Cli, format: string, scan: FinishedScan): Promise<void> => {
  for (const piece of await piecesOf(format, scan)) {
    cli.out.write(piece);
    await cli.out.drained?.();
  }
};

/** Writes the scan to its files. Throws AppError UNREADABLE naming the file that cannot be written. */
export const writeOutputs = async (outputs: readonly Output[], scan: FinishedScan): Promise<void> => {
  for (const { format, path } of outputs) {
    try {
      await pipeline(Readable.from(await piecesOf(format, scan)), createWriteStream(path));
    } catch (cause) {
      throw new AppError("UNREADABLE", `${path} cannot be written: ${messageOf(cause)}.`, { field: "output", cause });
    }
  }
};
