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
    path: pattern.describe("left out only where every place fits").optional(),
    reason: z.string().trim().min(1, "must say why"),
    owner: z.string().min(1).describe("who answers for it").optional(),
    expires: z.string().regex(DATE, "must be a day such as 2027-01-31").describe("its last day").optional(),
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
  const read = file.safeParse(value ?? {});
  if (!read.success) {
    const [issue] = read.error.issues;
    const field = issue?.path.map(String).join(".") ?? "";
    throw new AppError("BAD_CONFIG", `${name}: ${field === "" ? "it" : field} ${issue?.message ?? "is not valid"}.`, {
      field,
    });
  }
  const { failOn = [], maxDataAgeDays, exclude = [], ignore = [], licenses = null } = read.data;
  const conditions = typeof failOn === "string" ? failOn : failOn.join(",");
  return { failOn: parseFailOn(conditions, "failOn"), maxDataAgeDays, exclude, ignore, licenses };
};

function isLicense(text: string): boolean {
  try {
    parseLicense(text);
    return true;
  } catch {
    return false;
  }
}
