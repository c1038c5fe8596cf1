import { AppError, messageOf } from "@zerotrace/core";
import { SBOM_LIMITS } from "../../formats/sbom.ts";
import { extractSbom } from "../../targets/sbom.ts";
import type { ExtractFile } from "../file-extractor.ts";

/** Bills of materials that lie in a tree: CycloneDX and SPDX, by what `readSbom` reads. */
export const extract: ExtractFile = async (file, context) => {
  const bytes = await context.read(file.path, SBOM_LIMITS.sizeBytes);
  if (bytes === null) throw new AppError("UNREADABLE", `${file.path} does not exist.`);
  try {
    return await extractSbom(bytes, file.path);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw new AppError("UNREADABLE", `${file.path}: ${messageOf(cause)}`, { cause });
  }
};
