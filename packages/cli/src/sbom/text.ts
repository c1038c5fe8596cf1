import type { CompletenessReport } from "@zerotrace/plugins/formats/sbom-complete";
import type { DiffedComponent, SbomDiff } from "@zerotrace/plugins/formats/sbom-diff";
import { counted } from "../output/headline.ts";
import { table } from "../output/table.ts";

type Line = readonly [change: string, component: string, from: string, to: string];

const named = ({ purl, name }: DiffedComponent): string => purl || name;
const licenses = (list: readonly string[]): string => (list.length === 0 ? "none" : list.join(", "));

const linesOf = (diff: SbomDiff): Line[] => [
  ...diff.added.map((one): Line => ["added", named(one), "", one.version]),
  ...diff.removed.map((one): Line => ["removed", named(one), one.version, ""]),
  ...diff.upgraded.map((one): Line => ["upgraded", named(one), one.from, one.to]),
  ...diff.downgraded.map((one): Line => ["downgraded", named(one), one.from, one.to]),
  ...diff.changed.map((one): Line => ["changed", named(one), one.from, one.to]),
  ...diff.relicensed.map((one): Line => ["license", named(one), licenses(one.from), licenses(one.to)]),
];

const COLUMNS = [{ title: "CHANGE" }, { title: "COMPONENT" }, { title: "FROM" }, { title: "TO" }] as const;

/** Whether anything is different. */
export const hasChanges = (diff: SbomDiff): boolean => linesOf(diff).length > 0;

/** The differences as a table, and how many there are in one sentence. */
export const diffText = (diff: SbomDiff): { rows: string; headline: string } => {
  const lines = linesOf(diff);
  const counts = [
    [diff.added.length, "added"],
    [diff.removed.length, "removed"],
    [diff.upgraded.length, "upgraded"],
    [diff.downgraded.length, "downgraded"],
    [diff.changed.length, "changed"],
    [diff.relicensed.length, "under another license"],
  ] as const;
  const told = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const same = counted(diff.sameCount, "component");
  const headline = told.length === 0 ? `No difference in ${same}.` : `${told.join(", ")}; ${same} at the same version.`;
  return { rows: lines.length === 0 ? "" : table(COLUMNS, lines), headline };
};

const ELEMENT_COLUMNS = [
  { title: "ELEMENT" },
  { title: "MET" },
  { title: "HAVE", align: "right" },
  { title: "OF", align: "right" },
  { title: "MISSING IN" },
] as const;

/** Components named in a cell (count). */
const MISSING_SHOWN = 3;

/** One rule's elements as a table below its name. */
export const completenessText = ({ title, isMet, elements }: CompletenessReport): string => {
  const rows = elements.map((one) => {
    const shown = one.missing.slice(0, MISSING_SHOWN).join(", ");
    const more = one.total - one.have - Math.min(MISSING_SHOWN, one.missing.length);
    const missing = one.level === "document" ? "" : more > 0 ? `${shown} and ${more} more` : shown;
    return [one.title, one.isMet ? "yes" : "no", String(one.have), String(one.total), missing];
  });
  return `${title}: ${isMet ? "complete" : "incomplete"}\n${table(ELEMENT_COLUMNS, rows)}`;
};
