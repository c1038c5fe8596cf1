import { AppError } from "../errors.ts";
import { formatLicense, type License, type LicenseExpression, parseLicense } from "./expression.ts";

/** Deprecated ids that stand for another license, some with an exception; keys in lower case. */
const RENAMED: Readonly<Record<string, readonly [id: string, exception?: string]>> = {
  "bsd-2-clause-freebsd": ["BSD-2-Clause"],
  "bsd-2-clause-netbsd": ["BSD-2-Clause"],
  "bzip2-1.0.5": ["bzip2-1.0.6"],
  "ecos-2.0": ["GPL-2.0-or-later", "eCos-exception-2.0"],
  "gpl-2.0-with-autoconf-exception": ["GPL-2.0-only", "Autoconf-exception-2.0"],
  "gpl-2.0-with-bison-exception": ["GPL-2.0-only", "Bison-exception-2.2"],
  "gpl-2.0-with-classpath-exception": ["GPL-2.0-only", "Classpath-exception-2.0"],
  "gpl-2.0-with-font-exception": ["GPL-2.0-only", "Font-exception-2.0"],
  "gpl-2.0-with-gcc-exception": ["GPL-2.0-only", "GCC-exception-2.0"],
  "gpl-3.0-with-autoconf-exception": ["GPL-3.0-only", "Autoconf-exception-3.0"],
  "gpl-3.0-with-gcc-exception": ["GPL-3.0-only", "GCC-exception-3.1"],
  "standardml-nj": ["SMLNJ"],
  wxwindows: ["LGPL-2.0-or-later", "WxWindows-exception-3.1"],
};

const GNU = /^(AGPL|GFDL|GPL|LGPL)-(\d+(?:\.\d+)*)(?:-((?:no-)?invariants))?(?:-(only|or-later))?$/i;

const modernOne = (license: License): License => {
  const key = license.id.toLowerCase();
  const [id, exception] = (Object.hasOwn(RENAMED, key) ? RENAMED[key] : undefined) ?? [license.id];
  // Two exceptions cannot be written: then the old id stays.
  if (exception !== undefined && license.exception !== null) return license;
  const gnu = GNU.exec(id);
  const kept = { ...license, id, exception: license.exception ?? exception ?? null };
  if (!gnu) return kept;
  const later = license.orLater || gnu[4]?.toLowerCase() === "or-later";
  const name = [gnu[1]!.toUpperCase(), gnu[2], gnu[3]?.toLowerCase(), later ? "or-later" : "only"];
  return { ...kept, id: name.filter((part) => part !== undefined).join("-"), orLater: false };
};

/**
 * The expression in today's ids: `GPL-2.0` is `GPL-2.0-only`, `GPL-2.0+` is `GPL-2.0-or-later`, and ids that named an
 * exception are written with `WITH`. What the rules do not know stays.
 */
export const modernLicense = (expression: LicenseExpression): LicenseExpression =>
  expression.kind === "license"
    ? modernOne(expression)
    : { kind: expression.kind, parts: expression.parts.map(modernLicense) };

/** The canonical text of an expression: today's ids, upper-case operators, no needless parentheses. Throws as `parseLicense`. */
export const canonicalLicense = (text: string): string => formatLicense(modernLicense(parseLicense(text)));

/** A license as what is compared: its family, its first version, and whether later ones do. */
interface Span {
  readonly family: string;
  readonly version: readonly number[] | null;
  readonly orLater: boolean;
  readonly exception: string;
}

const VERSIONED = /^(.+?)-(\d+(?:\.\d+)*)(-(?:no-)?invariants)?(-only|-or-later)?$/;

const spanOf = (license: License): Span => {
  const { id, orLater, exception } = modernOne(license);
  const key = id.toLowerCase();
  const found = key.includes("ref-") ? null : VERSIONED.exec(key);
  return {
    family: found ? `${found[1]}${found[3] ?? ""}` : key,
    version: found ? found[2]!.split(".").map(Number) : null,
    orLater: orLater || found?.[4] === "-or-later",
    exception: exception?.toLowerCase() ?? "",
  };
};

const compareVersions = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** Whether some version of one family is named by both. */
const meet = (a: Span, b: Span): boolean => {
  if (a.family !== b.family || a.exception !== b.exception) return false;
  if (a.version === null || b.version === null) return a.version === b.version;
  const order = compareVersions(a.version, b.version);
  return order === 0 || (order < 0 ? a.orLater : b.orLater);
};

/**
 * Whether a package under this expression may be used where only the allowed licenses are: of an OR one side must be
 * allowed, of an AND every side. Allowed are single licenses; `GPL-2.0-or-later` allows GPL-3.0 too, an exception must be
 * named. Ids compare without case. Throws BAD_REQUEST for an expression that does not parse or an allowed compound one.
 */
export const satisfies = (expression: string | LicenseExpression, allowed: readonly string[]): boolean => {
  const spans = allowed.map((text) => {
    const one = parseLicense(text);
    if (one.kind === "license") return spanOf(one);
    throw new AppError("BAD_REQUEST", "Allow single licenses, not expressions with AND or OR.", { field: "allowed" });
  });
  const holds = (part: LicenseExpression): boolean => {
    if (part.kind !== "license") return part.kind === "and" ? part.parts.every(holds) : part.parts.some(holds);
    const span = spanOf(part);
    return spans.some((one) => meet(span, one));
  };
  return holds(typeof expression === "string" ? parseLicense(expression) : expression);
};
