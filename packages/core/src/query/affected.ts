import { componentOfPurl } from "../component/purl-component.ts";
import { AppError } from "../errors.ts";
import { AFFECTED_QUESTION_CHARS } from "./keys.ts";

/** One bound of a range of versions. */
export interface VersionBound {
  readonly op: "<" | "<=" | "=" | ">=" | ">";
  readonly version: string;
}

/** What "are we affected by …?" asks about. */
export interface AffectedQuestion {
  /** The text as the name of an advisory; null when it can be none. */
  readonly advisory: string | null;
  /** Whether it is written as advisories are, so that it is not looked for among packages. */
  readonly isAdvisory: boolean;
  /** Null: the text can be no package. */
  readonly package: {
    /** OSV's ecosystem, without a release where none was written; null: any. */
    readonly ecosystem: string | null;
    readonly name: string;
    /** All must hold; empty: any version. */
    readonly range: readonly VersionBound[];
  } | null;
}

const ADVISORY_ID =
  /^(?:[A-Z][A-Za-z]*-)?(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|[A-Z]{2,}[A-Za-z0-9]*-(?:[A-Za-z]+-)?\d{2,4}[-:][\w.:-]*\d)$/i;
const BOUND = /^(<=|>=|==|=|<|>)\s*([^\s<>=,]+)$/;
const NAME = /^(@?[^\s<>=@,]+)(?:@([^\s<>=@,]+))?$/;

const refused = (says: string): AppError => new AppError("BAD_REQUEST", says, { field: "q" });

const boundsOf = (text: string): VersionBound[] => {
  const parts = text.match(/(?:<=|>=|==|=|<|>)\s*[^\s<>=,]+|[^\s,]+/g) ?? [];
  return parts.map((part) => {
    const [, op = "", version = ""] = BOUND.exec(part) ?? [];
    if (version === "") throw refused(`"${part}" is no bound: write versions as <1.2.3 or >=1 <2.`);
    return { op: op === "==" ? "=" : (op as VersionBound["op"]), version };
  });
};

const exactly = (version: string | undefined): VersionBound[] =>
  version === undefined || version === "" ? [] : [{ op: "=", version }];

/**
 * Reads `CVE-2021-44228`, `pkg:npm/lodash@4.17.20`, `log4j-core >=2.0 <2.17.1` or `openssl`. Throws BAD_REQUEST naming the part
 * that is not understood.
 */
export const parseAffected = (given: string): AffectedQuestion => {
  const text = given.trim();
  if (text === "") throw refused("Name an advisory, a package URL, or a package with a range of versions.");
  if (text.length > AFFECTED_QUESTION_CHARS)
    throw refused(`More than ${AFFECTED_QUESTION_CHARS} characters are not read.`);
  if (ADVISORY_ID.test(text)) return { advisory: text, isAdvisory: true, package: null };
  const [, head = "", tail = ""] = /^([^\s<>=,]+)\s*(.*)$/s.exec(text) ?? [];
  const range = boundsOf(tail);
  if (head.startsWith("pkg:")) {
    const { ecosystem, name, version } = componentOfPurl(head);
    return { advisory: null, isAdvisory: false, package: { ecosystem, name, range: [...exactly(version), ...range] } };
  }
  const [, name, version] = NAME.exec(head) ?? [];
  if (name === undefined) throw refused(`"${head}" is neither an advisory nor a package.`);
  const asked = { ecosystem: null, name, range: [...exactly(version), ...range] };
  return { advisory: asked.range.length === 0 ? text : null, isAdvisory: false, package: asked };
};
