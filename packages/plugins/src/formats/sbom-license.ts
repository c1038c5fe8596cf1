import { AppError, formatLicense, type LicenseExpression, parseLicense } from "@zerotrace/core";
import { isSpdxId } from "./cyclonedx-json/schema.ts";

/** `id`: of SPDX's list; `expression`: one of several or of a `LicenseRef-`; `name`: anything else. */
export type LicenseKind = "id" | "expression" | "name";

const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;

const KNOWN_MAX = 10_000;
const known = new Map<string, LicenseKind>();

/** Whether all licenses of an expression are on the list or are references: a word that nobody knows says as little as a name. */
const isKnown = (expression: LicenseExpression): boolean =>
  expression.kind === "license"
    ? isSpdxId(expression.id) || REFERENCE.test(expression.id)
    : expression.parts.every(isKnown);

const kindOf = (text: string): LicenseKind => {
  if (isSpdxId(text)) return "id";
  try {
    return isKnown(parseLicense(text)) ? "expression" : "name";
  } catch (error) {
    if (error instanceof AppError) return "name";
    throw error;
  }
};

/** What a license's text is. Remembered: a document has few licenses and many components. */
export const licenseKind = (text: string): LicenseKind => {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  const kind = kindOf(text);
  known.set(text, kind);
  return kind;
};

/** The licenses of an expression that all hold: the parts of its `AND`s. */
export const licensesOfExpression = (text: string): string[] => {
  try {
    const parsed = parseLicense(text);
    return parsed.kind === "and" ? parsed.parts.map(formatLicense) : [text];
  } catch (error) {
    if (error instanceof AppError) return [text];
    throw error;
  }
};

/** Characters of a license reference's name. */
const REFERENCE_CHARS = 80;

/** The `LicenseRef-` under which SPDX knows a license that is named by a text; names that differ in signs alone get `-2`, `-3` from the caller. */
export const licenseReference = (name: string): string =>
  `LicenseRef-${
    name
      .replaceAll(/[^A-Za-z0-9.]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, REFERENCE_CHARS) || "unnamed"
  }`;
