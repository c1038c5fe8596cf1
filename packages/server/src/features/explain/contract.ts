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
  answer: explanation,
});

export const routes = { explain };
