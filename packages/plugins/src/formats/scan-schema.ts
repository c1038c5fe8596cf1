import { SEVERITIES, VEX_STATUSES } from "@zerotrace/core";
import { z } from "zod";
import { TARGET_KINDS } from "../targets/target.ts";
import type { ScanReport } from "./report.ts";

const count = z.int().min(0);
const texts = z.array(z.string());
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const place = z
  .object({
    path: z.string().describe("within the target, with / and without a leading one"),
    reader: z.string().describe("the id of what read it"),
    line: z.int().min(1).optional(),
    inside: z.string().describe("the place inside an archive").optional(),
    layer: count.describe("the position of the image's layer, from 0").optional(),
    step: z.string().describe("the build step of that layer").optional(),
    isBase: z.boolean().describe("the layer is one of the base image").optional(),
  })
  .describe("where a component was found");

const vex = z
  .object({
    status: z.enum(VEX_STATUSES),
    justification: z.string(),
    note: z.string(),
    author: z.string(),
    at: z.string().describe("ISO; empty when the document does not say"),
    document: z.string().describe("the file it is from"),
  })
  .describe("the VEX statement that decides on it");

const findingFields = {
  purl: z.string(),
  ecosystem: z.string(),
  package: z.string().describe("as installed"),
  source: z.string().describe("the source package that advisories speak of, where it has another name").optional(),
  version: z.string(),
  id: z.string().describe("the best name: a CVE id if there is one"),
  aliases: texts.describe("every other name of the weakness"),
  title: z.string().describe("what the advisory says in one line; empty when it says nothing"),
  fixedIn: z.string().nullable().describe("the version that closes it; null when none is known"),
  fixNeeds: z.string().describe("what the fix needs that not everybody has: Ubuntu Pro").optional(),
  severity: z.enum(SEVERITIES),
  cvss: z.number().min(0).max(10).nullable(),
  epss: z.number().min(0).max(1).nullable(),
  kev: z.boolean().describe("known to be exploited"),
  risk: z.number().min(0).max(100),
  target: z.string().describe("the target's name"),
  places: z.array(place).describe("empty for a list without places"),
  isDirect: z.boolean().describe("asked for by the project itself; absent when nothing tells").optional(),
  isDev: z.boolean().describe("needed only to develop; absent when nothing tells").optional(),
  via: texts.describe("name@version from a direct dependency down to this one's parent").optional(),
};

const ignored = z.object({
  by: z.enum(["rule", "baseline"]),
  reason: z.string(),
  owner: z.string().optional(),
  expires: day.optional(),
});

const target = z.object({
  name: z.string(),
  kind: z.enum(TARGET_KINDS),
  os: z.string().describe("its operating system; empty when it has none"),
  components: count,
  places: count.describe("lists of packages that were found"),
  base: z
    .object({ reference: z.string(), riskShare: z.number().min(0).max(1) })
    .describe("the image's base, where recognized, and its part of the risk")
    .optional(),
});

const coverage = z
  .object({
    ecosystem: z.string(),
    components: count,
    covered: count.describe("components that got a verdict"),
    owned: count.describe("those inside packages of this one, which take their verdict").optional(),
    reason: z
      .enum(["no_feed", "end_of_life", "no_stream", "unparsable"])
      .describe("why some did not; absent when all did")
      .optional(),
    sources: texts.describe("feeds that speak of the ecosystem"),
  })
  .describe("one ecosystem that judges; OS is the system itself, judged by its end of life");

const licenseFinding = z.object({
  purl: z.string(),
  package: z.string(),
  version: z.string(),
  license: z
    .string()
    .describe("the concluded one where a bill of materials tells it, else as declared; empty when nobody says"),
  verdict: z.enum(["denied", "unknown"]),
  target: z.string(),
  places: z.array(place),
});

const fault = z.object({
  id: z.string().describe("a stable name: root-user, secret-in-env"),
  severity: z.enum(["high", "medium", "low"]),
  says: z.string(),
  fix: z.string(),
  target: z.string(),
});

const source = z.object({
  feed: z.string(),
  location: z.string(),
  dataAt: z.string().nullable().describe("the date of the data, ISO"),
  recordCount: count,
  badCount: count,
  bad: z.array(z.object({ id: z.string(), reason: z.string() })).describe("the first ones that could not be used"),
  covers: texts,
  notCovered: texts.describe("what it does not cover, in sentences"),
  origins: texts,
  parts: z
    .array(z.object({ ecosystem: z.string(), dataAt: z.string().nullable(), recordCount: count }))
    .describe("the ecosystems that were read of a source that has more; absent where all of it was read")
    .optional(),
});

/** `zerotrace.scan/1`, as `zerotrace scan --format json` writes it. */
export const scanReportSchema: z.ZodType<ScanReport> = z
  .object({
    schema: z.literal("zerotrace.scan/1"),
    target: z.string().describe("the names of all targets, with a comma between them"),
    targets: z.array(target),
    components: count.describe("of all targets together, systems themselves among them"),
    unreadable: z
      .array(z.object({ source: z.string(), error: z.string(), target: z.string().optional() }))
      .describe("lists that exist and cannot be read, and what was left out; absent when there is none")
      .optional(),
    leftOut: z
      .array(z.object({ source: z.string(), error: z.string(), target: z.string().optional() }))
      .describe("entries of lists that were read otherwise: unknown, not absent; absent when there is none")
      .optional(),
    coverage: z.array(coverage),
    findings: z
      .array(z.object({ ...findingFields, vex: vex.optional() }))
      .describe("by risk, highest first; then EPSS, package, id, purl, target"),
    notAffected: z
      .array(z.object({ ...findingFields, vex }))
      .describe("what VEX statements close")
      .optional(),
    ignored: z
      .array(z.object({ ...findingFields, vex: vex.optional(), ignored }))
      .describe("what rules of zerotrace.yaml or a baseline leave out")
      .optional(),
    licenses: z.array(licenseFinding).describe("licenses that the policy denies or does not know").optional(),
    faults: z.array(fault).describe("faults of images").optional(),
    policy: z
      .object({
        failOn: texts.describe("the conditions, as written"),
        overCount: count.describe("findings and licenses over the policy"),
        warnings: texts.describe("rules that have expired, were not used or are too broad"),
      })
      .describe("absent without a policy")
      .optional(),
    sources: z.array(source).describe("what was judged by"),
  })
  .meta({ title: "zerotrace.scan/1" });

/** The JSON schema of reports. Fields may be added under this version, so unknown ones are allowed; `isClosed` refuses them, for tests. */
export const scanJsonSchema = (isClosed = false): object =>
  z.toJSONSchema(scanReportSchema, { io: isClosed ? "output" : "input" });
