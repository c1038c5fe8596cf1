import { AFFECTED_QUESTION_CHARS } from "@zerotrace/core/query/keys";
import { page, pageQuery, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { ASSET_KINDS } from "../assets/contract.ts";

export const AFFECTED_VERDICTS = ["affected", "unknown", "not_affected"] as const;
const verdict = z.enum(AFFECTED_VERDICTS);

export const affectedRow = z.object({
  assetId: z.uuid(),
  kind: z.enum(ASSET_KINDS),
  name: z.string(),
  branch: z.string(),
  risk: z.number(),
  verdict,
  /** The components that the answer rests on, those that decide first; `componentCount` has all. */
  components: z.array(
    z.object({
      purl: z.string(),
      name: z.string(),
      version: z.string(),
      verdict,
      /**
       * Why: `match`, `in_range`, `installed` (it is there and has open findings), `vex`, `fixed` (no advisory range holds it), `out_of_range`,
       * `pending` (not judged yet), `no_feed`, `end_of_life`, `unparsable`, `no_stream`.
       */
      reason: z.string(),
      fixedIn: z.string().nullable(),
    }),
  ),
  componentCount: z.number().int(),
});

export const getAffected = route({
  method: "GET",
  path: "/api/v1/affected",
  summary:
    "Which assets are affected by an advisory (any of its names), a package URL, or a package with a range of versions such as `log4j-core >=2.0 <2.17.1`",
  permission: "findings:read",
  query: z.object({ ...pageQuery, q: z.string().min(1).max(AFFECTED_QUESTION_CHARS), verdict: verdict.optional() }),
  answer: page(affectedRow).extend({
    /** What was understood. */
    asked: z.object({
      kind: z.enum(["advisory", "package"]),
      /** The advisory's own name, or the package's. */
      name: z.string(),
      /** Of an advisory: what it is about; empty when no feed in force knows it. */
      summary: z.string(),
      /** Whether a feed in force knows it, and says of which packages it speaks. Always true for packages. */
      isKnown: z.boolean(),
      /** The packages that are looked for; the first of them. */
      packages: z.array(z.object({ ecosystem: z.string(), name: z.string() })),
    }),
    totals: z.object({
      affected: z.number().int(),
      unknown: z.number().int(),
      notAffected: z.number().int(),
      /** Assets that have none of the packages, as far as they were looked at. */
      without: z.number().int(),
    }),
    /** What the answer cannot see. Counts of assets. */
    coverage: z.object({
      assetCount: z.number().int(),
      /** No inventory has come from them yet. */
      withoutInventory: z.number().int(),
      /** Something of them could not be read, or stands in them without a name that can be looked for. */
      partly: z.number().int(),
    }),
  }),
});

export const routes = { getAffected };
