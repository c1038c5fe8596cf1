import { RISK_RULES_MAX } from "@zerotrace/core/asset/rule";
import { CRITICALITIES, EXPOSURES } from "@zerotrace/core/finding/risk";
import { QUERY_CHARS_MAX } from "@zerotrace/core/query/language/index";
import { idParam, route } from "@zerotrace/core/schema";
import { z } from "zod";
import { assetRating, severityCounts } from "../assets/contract.ts";

/** Fixes of one question (count). */
export const WHAT_IF_KEYS_MAX = 50;

const rule = z
  .object({
    name: z.string().trim().min(1).max(100),
    condition: z
      .string()
      .trim()
      .min(1)
      .max(QUERY_CHARS_MAX)
      .describe("Which assets, in the language of queries: label, host, kind, os and asset, such as `label:prod`"),
    criticality: z.enum(CRITICALITIES).nullable(),
    exposure: z.enum(EXPOSURES).nullable(),
  })
  .refine((one) => one.criticality !== null || one.exposure !== null, {
    message: "A rule sets the criticality, the exposure or both.",
  });
const rules = z
  .array(rule)
  .max(RISK_RULES_MAX)
  .refine((all) => new Set(all.map((one) => one.name)).size === all.length, {
    message: "Two rules have the same name: give each its own.",
  });

const answer = z.object({
  rules: z.array(
    z.object({
      name: z.string(),
      condition: z.string(),
      criticality: z.enum(CRITICALITIES).nullable(),
      exposure: z.enum(EXPOSURES).nullable(),
    }),
  ),
  changedAt: z.string().nullable(),
  changedBy: z.string().nullable(),
  /** Assets that are rated otherwise than before; 0 when nothing was changed. */
  changedCount: z.number().int(),
});

export const listRiskRules = route({
  method: "GET",
  path: "/api/v1/risk/rules",
  summary:
    "The rules that say what assets are worth and how far they are reachable, in their order: the first match wins",
  permission: "assets:read",
  answer,
});

export const putRiskRules = route({
  method: "PUT",
  path: "/api/v1/risk/rules",
  summary:
    "Replace the rules; every asset is rated anew at once. For criticality and exposure alike the first rule that matches and sets it wins; what is set by hand stays",
  permission: "assets:manage",
  body: z.object({ rules }),
  answer,
});

const levels = <T extends readonly [string, ...string[]]>(values: T) =>
  z.array(
    z.object({
      value: z.enum(values).nullable(),
      /** Assets that would have it, and those of them that have another now. */
      count: z.number().int(),
      becoming: z.number().int(),
    }),
  );

export const previewRiskRules = route({
  method: "POST",
  path: "/api/v1/risk/rules/preview",
  summary: "What these rules would do, in numbers; nothing is changed",
  permission: "assets:read",
  body: z.object({ rules }),
  answer: z.object({
    assetCount: z.number().int(),
    changedCount: z.number().int(),
    /** Assets on which something is set by hand, which stays. */
    handCount: z.number().int(),
    /** The company's risk: the highest of its assets. */
    riskBefore: z.number(),
    riskAfter: z.number(),
    criticality: levels(CRITICALITIES),
    exposure: levels(EXPOSURES),
    /** In the order of the rules: assets of the condition, and those on which the rule decides something. */
    rules: z.array(z.object({ matchedCount: z.number().int(), decidesCount: z.number().int() })),
  }),
});

export const setAssetRating = route({
  method: "PUT",
  path: "/api/v1/assets/:id/rating",
  summary: "Set by hand what an asset is worth or how far it is reachable; null gives it back to the rules",
  permission: "assets:manage",
  params: idParam,
  body: z.object({
    criticality: z.enum(CRITICALITIES).nullable().optional(),
    exposure: z.enum(EXPOSURES).nullable().optional(),
  }),
  answer: assetRating,
});

const standing = z.object({
  /** The highest risk of an asset, 0..100: it falls when the last finding is gone that is so high. */
  risk: z.number(),
  findings: severityCounts,
  findingCount: z.number().int(),
  kevCount: z.number().int(),
  /** Assets with an open finding. */
  assetCount: z.number().int(),
});

export const whatIf = route({
  method: "POST",
  path: "/api/v1/risk/what-if",
  summary: "How the company would stand if these fixes, or the findings of this query, were done; nothing is changed",
  permission: "findings:read",
  body: z
    .object({
      keys: z
        .array(z.string().min(3).max(800))
        .min(1)
        .max(WHAT_IF_KEYS_MAX)
        .optional()
        .describe("As the list of fixes has them: ecosystem/package/version"),
      query: z.string().trim().min(1).max(QUERY_CHARS_MAX).optional(),
    })
    .refine((body) => (body.keys === undefined) !== (body.query === undefined), {
      message: "Name either the keys of fixes or a query of findings.",
    }),
  answer: z.object({
    before: standing,
    after: standing,
    /** Findings that are closed, and assets that have one of them. */
    closedCount: z.number().int(),
    touchedCount: z.number().int(),
    /** Share of the risk of everything open that goes, 0..1: of each finding its risk times its assets, as fixes are ranked. */
    riskShare: z.number(),
    /** For each key the findings that it closes, in the order of the keys; empty for a query. */
    keys: z.array(z.object({ key: z.string(), closedCount: z.number().int() })),
  }),
});

export const routes = { listRiskRules, putRiskRules, previewRiskRules, setAssetRating, whatIf };
