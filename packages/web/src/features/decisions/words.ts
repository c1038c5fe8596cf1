import type { QueryNode, Term } from "@zerotrace/core/query/language/index";
import { printQuery } from "@zerotrace/core/query/language/index";
import type { Decision, DecisionPreview, Finding } from "../../api.ts";
import { plural, share } from "../../ui/format.ts";
import { language, LOCALE, say } from "../../ui/texts.ts";

export const KIND_WORDS: Readonly<Record<Decision["kind"], string>> = {
  accept_risk: say("Accept the risk"),
  false_positive: say("False positive"),
  not_affected: say("Not affected"),
  deferred: say("Deferred"),
};

/** What each kind means, for who chooses. */
export const KIND_SAYS: Readonly<Record<Decision["kind"], string>> = {
  accept_risk: say("The weakness is there, and you live with it until the day below."),
  false_positive: say("The software is not what the advisory means."),
  not_affected: say("The weakness is there and cannot be used here."),
  deferred: say("It is fixed later, by the day below."),
};

const day = new Intl.DateTimeFormat(language === "en" ? "en-GB" : LOCALE, {
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

/** `1 March 2026`. */
export const dayText = (iso: string): string => day.format(new Date(iso));

/** What a decision would do, in numbers: `Hides 1,284 findings on 312 assets until 1 March 2026, 18 % of the open risk.` */
export const previewText = (p: DecisionPreview, until: string): string => {
  if (p.findingCount === 0) return say("No open finding fits this now. What fits later is decided on as it comes.");
  const where = say("{findingCount} on {assetCount}", {
    findingCount: plural(p.findingCount, "finding"),
    assetCount: plural(p.assetCount, "asset"),
  });
  const partly = p.findingCount - p.closedCount;
  const rest =
    partly === 0
      ? ""
      : ` ${say("{partly} open on other assets that have the same.", { partly: plural(partly, "finding stays", "findings stay") })}`;
  return say("Hides {where} until {until}, {riskShare} of the open risk.{rest}", {
    where,
    until: dayText(until),
    riskShare: share(p.riskShare),
    rest,
  });
};

const term = (field: string, values: readonly string[]): Term => ({
  kind: "term",
  at: 0,
  length: 0,
  field,
  op: ":",
  values,
});

type Named = Pick<Finding, "advisory" | "package" | "version">;

/** A scope that names these findings and no others: what it says holds on every asset that has them. */
export const scopeOfFindings = (findings: readonly Named[]): string => {
  const groups = Map.groupBy(findings, (f) => `${f.package} ${f.version}`);
  const parts = [...groups.values()].map((own): QueryNode => ({
    kind: "and",
    parts: [
      term("advisory", [...new Set(own.map((f) => f.advisory))].sort()),
      term("package", [own[0]?.package ?? ""]),
      term("version", [own[0]?.version ?? ""]),
    ],
  }));
  return printQuery(parts.length === 1 ? (parts[0] ?? null) : { kind: "or", parts });
};

/** A filter of the findings page as a scope: which states it shows is no part of what is decided. */
export const scopeOfFilter = (query: string): string => query.replaceAll(/(?<=^|\s)status:\S+/g, "").trim();
