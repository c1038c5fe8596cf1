import { z } from "zod";
import { AppError } from "../errors.ts";
import { parseLicense } from "../license/expression.ts";
import { type FailOn, parseFailOn } from "./conditions.ts";
import { globTest } from "./glob.ts";

/** Rules of one file (count). */
const MAX_RULES = 10_000;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

const pattern = z.string().refine((text) => globTest(text) !== null, "is no usable pattern");
const license = z.string().refine(isLicense, "is no SPDX license");

const ignoreRule = z
  .strictObject({
    id: z.string().min(1).describe("any name of the advisory: CVE, GHSA, …").optional(),
    package: pattern.describe("a name or a purl; * stands for any text within a part").optional(),
    path: pattern.describe("left out where it fits; the other places still count").optional(),
    reason: z.string().trim().min(1, "must say why"),
    owner: z.string().min(1).describe("who answers for it").optional(),
    expires: z
      .string()
      .regex(DATE, "must be a day such as 2027-01-31")
      .refine(isDay, "is no day of the calendar")
      .describe("its last day")
      .optional(),
  })
  .refine(
    (rule) => rule.id !== undefined || rule.package !== undefined || rule.path !== undefined,
    "needs id, package or path",
  )
  .meta({ anyOf: [{ required: ["id"] }, { required: ["package"] }, { required: ["path"] }] });

const licenseLists = {
  allow: z.array(license).max(MAX_RULES).optional(),
  deny: z.array(license).max(MAX_RULES).optional(),
};

const file = z.strictObject({
  version: z.literal(1).optional(),
  failOn: z
    .union([z.string(), z.array(z.string())])
    .describe("conditions as --fail-on takes them; one that is met makes exit code 1")
    .optional(),
  maxDataAgeDays: z.number().positive().describe("exit code 4 when the newest advisory data is older").optional(),
  exclude: z.array(pattern).max(MAX_RULES).describe("paths that are not looked at").optional(),
  ignore: z.array(ignoreRule).max(MAX_RULES).describe("findings that are left out, with the reason").optional(),
  licenses: z
    .strictObject({
      ...licenseLists,
      /** The first entry that fits stands for the lists above. */
      paths: z
        .array(z.strictObject({ path: pattern, ...licenseLists }))
        .max(MAX_RULES)
        .optional(),
    })
    .optional(),
});

export type IgnoreRule = z.infer<typeof ignoreRule>;
export type LicenseRules = NonNullable<z.infer<typeof file>["licenses"]>;

/** The policy of a project: `zerotrace.yaml`. */
export interface Policy {
  readonly failOn: FailOn;
  readonly maxDataAgeDays: number | undefined;
  readonly exclude: readonly string[];
  readonly ignore: readonly IgnoreRule[];
  readonly licenses: LicenseRules | null;
}

/** The JSON schema of the file, for editors. */
export const policySchema = (): object => z.toJSONSchema(file, { io: "input" });

/** A policy from the parsed file. Throws AppError BAD_CONFIG naming the field and what is wrong with it; `name` is the file's. */
export const readPolicy = (value: unknown, name: string): Policy => {
  const read = file.safeParse(value ?? {}, { reportInput: true });
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.path.map(String).join(".") ?? "";
    throw new AppError("BAD_CONFIG", `${name}: ${field === "" ? "the file" : field} ${sentenceOf(issue)}.`, { field });
  }
  const { failOn = [], maxDataAgeDays, exclude = [], ignore = [], licenses = null } = read.data;
  const conditions = typeof failOn === "string" ? failOn : failOn.join(",");
  return { failOn: parseFailOn(conditions, "failOn"), maxDataAgeDays, exclude, ignore, licenses };
};

/** What is wrong as the end of a sentence; zod's own texts are for programmers. */
const sentenceOf = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue === undefined) return "is not valid";
  if (issue.code === "unrecognized_keys") return `has what it does not know: ${issue.keys.join(", ")}`;
  if (issue.code === "invalid_value") return `must be ${issue.values.map(String).join(" or ")}`;
  if (issue.code === "invalid_type")
    return issue.input === undefined ? "is missing" : `must be ${KINDS[issue.expected] ?? issue.expected}`;
  return issue.code === "invalid_union" ? "has none of the shapes that it may have" : issue.message;
};

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  array: "a list",
  object: "a group of keys",
  number: "a number",
};

/** Whether the calendar has it; a rule that ends on February 30 would never be told as wrong. */
function isDay(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isLicense(text: string): boolean {
  try {
    parseLicense(text);
    return true;
  } catch {
    return false;
  }
}
