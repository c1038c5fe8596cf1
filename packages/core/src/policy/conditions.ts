import { SEVERITIES, type Severity } from "../advisory/advisory.ts";
import { AppError } from "../errors.ts";

/** What a condition asks of a finding. */
export interface ConditionSubject {
  readonly severity: Severity;
  readonly cvss: number | null;
  readonly epss: number | null;
  readonly kev: boolean;
  readonly risk: number;
  readonly fixedIn: string | null;
  readonly isDirect?: boolean;
  readonly isDev?: boolean;
}

/** Conditions of `--fail-on`: one of them is enough. */
export interface FailOn {
  /** Each as it was written. */
  readonly texts: readonly string[];
  /** Whether a finding meets one of them. */
  readonly meets: (finding: ConditionSubject) => boolean;
  /** Licenses count: `license:deny`, `license:unknown`. */
  readonly licenses: ReadonlySet<"denied" | "unknown">;
}

type Test = (finding: ConditionSubject) => boolean;

/** Severities that have an order, the worst first; `unknown` is none of them and has to be named. */
const RANKED: readonly Severity[] = ["critical", "high", "medium", "low", "none"];
const NUMBERS = { cvss: 10, epss: 1, risk: 100 } as const;
const WORDS: Readonly<Record<string, Test>> = {
  any: () => true,
  kev: (f) => f.kev,
  fixable: (f) => f.fixedIn !== null,
  direct: (f) => f.isDirect === true,
  // Nothing tells of a host's packages that they are for development.
  production: (f) => f.isDev !== true,
};
const LICENSES: ReadonlyMap<string, "denied" | "unknown"> = new Map([
  ["license:deny", "denied"],
  ["license:unknown", "unknown"],
]);
const COMPARISON = /^(severity|cvss|epss|risk)(>=|=|>)(.+)$/;
const HELP =
  "severity>=high, critical, kev, epss>=0.5, cvss>=7, risk>=70, fixable, direct, production, license:deny, license:unknown or any";

/**
 * Reads `severity>=high,kev,epss>=0.5+fixable`: a comma means or, a plus means and. Throws AppError BAD_REQUEST naming the
 * condition that it does not know.
 */
export const parseFailOn = (text: string, field = "fail-on"): FailOn => {
  const texts = text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const licenses = new Set<"denied" | "unknown">();
  const tests: Test[] = [];
  for (const one of texts) {
    const license = LICENSES.get(one);
    if (license !== undefined) licenses.add(license);
    else {
      const all = one.split("+").map((part) => testOf(part.trim(), field));
      tests.push((finding) => all.every((test) => test(finding)));
    }
  }
  return { texts, licenses, meets: (finding) => tests.some((test) => test(finding)) };
};

const testOf = (text: string, field: string): Test => {
  const word = Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
  if (word !== undefined) return word;
  if ((SEVERITIES as readonly string[]).includes(text)) return (f) => f.severity === text;
  const [, name, operator = "", value = ""] = COMPARISON.exec(text.replaceAll(" ", "")) ?? [];
  if (name === "severity" && (SEVERITIES as readonly string[]).includes(value))
    return severityTest(operator, value, field);
  if (name !== undefined && name !== "severity")
    return numberTest(name as keyof typeof NUMBERS, operator, value, field);
  throw unknownCondition(text, field);
};

const severityTest = (operator: string, value: string, field: string): Test => {
  if (operator === "=") return (f) => f.severity === value;
  const rank = RANKED.indexOf(value as Severity);
  if (rank < 0) throw unknownCondition(`severity${operator}${value}`, field);
  const last = operator === ">" ? rank - 1 : rank;
  return (f) => RANKED.indexOf(f.severity) >= 0 && RANKED.indexOf(f.severity) <= last;
};

const numberTest = (name: keyof typeof NUMBERS, operator: string, text: string, field: string): Test => {
  const isShare = text.endsWith("%") && name === "epss";
  const value = isShare ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text === "" || !(value >= 0 && value <= NUMBERS[name])) {
    throw new AppError(
      "BAD_REQUEST",
      `${field}: ${name}${operator}${text} needs a number from 0 to ${NUMBERS[name]}.`,
      {
        field,
      },
    );
  }
  return (f) => {
    const own = f[name];
    if (own === null) return false;
    return operator === ">=" ? own >= value : operator === ">" ? own > value : own === value;
  };
};

const unknownCondition = (text: string, field: string): AppError =>
  new AppError("BAD_REQUEST", `${field} does not know "${text}"; use ${HELP}.`, { field });
