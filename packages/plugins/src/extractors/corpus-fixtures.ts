import { AppError } from "@zerotrace/core";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Extracted, ExtractFile } from "./file-extractor.ts";
import { folderContext, namesOf } from "./file-fixtures.ts";
import { FILE_EXTRACTORS } from "./files.ts";

const ROOT = resolve(import.meta.dirname, "../../../..");
const CORPUS = join(process.env["ZEROTRACE_SHARED"] ?? join(ROOT, "../shared"), "corpus");
/** osv-scalibr's own fixtures, where they are on this machine. */
export const SCALIBR = join(CORPUS, "osv-scalibr-lockfiles");
/** Trivy's integration tests. */
export const TRIVY = join(CORPUS, "trivy-integration");
/** Lockfiles of real projects. */
export const LOCKFILES = join(CORPUS, "lockfiles");

/** A reader by its id. Throws NOT_FOUND. */
export const readerOf = async (id: string): Promise<ExtractFile> => {
  const found = FILE_EXTRACTORS.find((extractor) => extractor.id === id);
  if (found === undefined) throw new AppError("NOT_FOUND", `There is no reader ${id}.`);
  return (await found.load()).extract;
};

/** What our reader finds in a file of a corpus. */
export const read = async (id: string, root: string, path: string): Promise<Extracted> => {
  const realPath = join(root, path);
  return (await readerOf(id))({ path, sizeBytes: statSync(realPath).size, realPath }, folderContext(root));
};

/** JSON of the corpus; the empty value where the corpus is not on this machine. */
export const jsonAt = <T>(path: string, empty: T): T =>
  existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : empty;

/** Names in one line, each once. */
export const sorted = (names: readonly string[]): string => [...new Set(names)].sort().join(" ");

/** One case of osv-scalibr's expectations. */
export interface Case {
  readonly extractor: string;
  readonly file: string;
  readonly packages: readonly (readonly [name: string, version: string])[];
  readonly expect_error: boolean;
}

/** What a reader finds in a file of osv-scalibr, in one line; `refused` when it cannot be read. */
export const answerOf = async (id: string, file: string): Promise<string> => {
  try {
    return sorted(namesOf(await read(id, SCALIBR, file)));
  } catch (error) {
    if (error instanceof AppError && error.code === "UNREADABLE") return "refused";
    throw error;
  }
};
