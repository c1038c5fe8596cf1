import { SSVC } from "@zerotrace/core/advisory/enrichment";
import { SSVC_DECISIONS } from "@zerotrace/core/severity/ssvc";
import { route } from "@zerotrace/core/schema";
import { z } from "zod";

export const judgedPackage = z.object({ ecosystem: z.string(), name: z.string(), version: z.string() });

/** Why a package is affected, not affected or unknown. */
export const explanation = z.object({
  /** What is judged: the owner, the source package or the package itself. */
  judged: judgedPackage,
  verdict: z.enum(["affected", "not_affected", "unknown"]),
  rule: z.enum([
    "range",
    "vex",
    "withdrawn",
    "not_named",
    "not_known",
    "no_feed",
    "end_of_life",
    "unparsable",
    "no_stream",
  ]),
  /** One sentence. */
  answer: z.string(),
  /** The record and the rule that decided. */
  decidedBy: z.string(),
  /** The rest, at most 500: what decided first. */
  steps: z.array(
    z.object({
      outcome: z.enum(["affected", "not_affected", "unknown", "note"]),
      advisory: z.string().nullable(),
      record: z.string().nullable(),
      says: z.string(),
    }),
  ),
  /** How many steps there are in all. */
  stepCount: z.number().int(),
});

const point = <T extends readonly [string, ...string[]]>(values: T) =>
  z.object({
    value: z.enum(values),
    /** Where it is from; `assumed` where nothing says it. */
    from: z.enum(["cisa", "kev", "exploits", "cvss", "asset", "assumed"]),
    says: z.string(),
  });

/** A risk taken apart: its number, the terms that add up to it, the same in one sentence, and what CISA's tree decides. */
export const assessment = z.object({
  /** 0..100, one decimal. */
  risk: z.number(),
  terms: z.array(z.object({ name: z.string(), value: z.number(), says: z.string() })).readonly(),
  sentence: z.string(),
  ssvc: z.object({
    decision: z.enum(SSVC_DECISIONS),
    /** What it asks for. */
    says: z.string(),
    exploitation: point(SSVC.exploitation),
    automatable: point(SSVC.automatable),
    technicalImpact: point(SSVC.technicalImpact),
    mission: point(["low", "medium", "high"]),
    /** Some decision point is not CISA's own. */
    isDerived: z.boolean(),
  }),
});

export const explain = route({
  method: "GET",
  path: "/api/v1/explain",
  summary: "Why a package version is affected, not affected or unknown: records, ranges, rules and VEX statements",
  permission: "findings:read",
  query: z.object({
    purl: z.string().min(1).max(4096).describe("Package URL with its version"),
    advisory: z.string().max(256).optional().describe("Only this weakness, by any of its names"),
    inside: z.string().max(4096).optional().describe("Package URL of the system's package whose files hold it"),
  }),
  answer: explanation.extend({
    /** Of each weakness that affects it, the highest risk first, at most 100; no asset is spoken of. */
    risks: z.array(assessment.extend({ advisory: z.string(), fixedIn: z.string().nullable() })).readonly(),
  }),
});

export const routes = { explain };
