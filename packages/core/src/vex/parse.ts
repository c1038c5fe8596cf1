import { AppError, messageOf } from "../errors.ts";
import { isCsaf, parseCsaf } from "./csaf.ts";
import { cycloneDxOfXml } from "./cyclonedx-xml.ts";
import { isCycloneDxVex, parseCycloneDxVex } from "./cyclonedx.ts";
import { isOpenVex, parseOpenVex } from "./openvex.ts";
import { isObject } from "./read.ts";
import { VEX_LIMITS, type VexDocument } from "./vex.ts";

/**
 * Reads a document of any format by what it says of itself. A statement that cannot be used is named among the problems and
 * the others count. Throws BAD_REQUEST for what is no VEX document, and for one over a bound.
 */
export const parseVex = (document: unknown): VexDocument => {
  if (isObject(document)) {
    if (isOpenVex(document)) return parseOpenVex(document);
    if (isCycloneDxVex(document)) return parseCycloneDxVex(document);
    if (isCsaf(document)) return parseCsaf(document);
  }
  throw new AppError(
    "BAD_REQUEST",
    "This is no VEX document: OpenVEX and CSAF 2 in JSON are read, and CycloneDX with vulnerabilities in JSON or XML.",
    { field: "document" },
  );
};

const unreadable = (what: string, cause: unknown): AppError =>
  new AppError("BAD_REQUEST", `The VEX document is no ${what}: ${messageOf(cause)}.`, { field: "document", cause });

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unreadable("JSON", error);
  }
};

const xmlOf = (text: string): unknown => {
  try {
    return cycloneDxOfXml(text);
  } catch (error) {
    throw unreadable("XML that can be read", error);
  }
};

/**
 * Reads the text of a document as `parseVex` does; CycloneDX in XML too. Throws BAD_REQUEST for what is neither JSON nor XML,
 * or too large.
 */
export const parseVexText = (text: string): VexDocument => {
  if (text.length > VEX_LIMITS.sizeBytes) {
    const mega = VEX_LIMITS.sizeBytes / 1024 ** 2;
    throw new AppError("BAD_REQUEST", `The VEX document is larger than ${mega} MiB: split it.`, { field: "document" });
  }
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  return parseVex(/^\s*</.test(plain) ? xmlOf(plain) : jsonOf(plain));
};
