import { componentOfPurl, judgedAs, type Severity } from "@zerotrace/core";
import { type Paint, SEVERITY_STYLE } from "./style.ts";
import { table } from "./table.ts";

/** What a line of the findings table needs; scan results and the server's rows both have it. */
export interface FindingLine {
  readonly package: string;
  /** Binary packages that the line stands for already. */
  readonly packages?: readonly string[];
  readonly source?: string | null;
  readonly ecosystem: string;
  readonly version: string;
  /** Tells the source package and its version, which a line of several packages names. */
  readonly purl?: string;
  readonly id: string;
  readonly fixedIn: string | null;
  /** What the fix needs that not everybody has: `Ubuntu Pro`. */
  readonly fixNeeds?: string;
  readonly severity: Severity;
  readonly epss: number | null;
  readonly kev: boolean;
  readonly risk: number;
}

const COLUMNS = [
  { title: "COMPONENT" },
  { title: "INSTALLED" },
  { title: "FIXED-IN" },
  { title: "ECOSYSTEM" },
  { title: "ADVISORY" },
  { title: "SEVERITY" },
  { title: "EPSS", align: "right" },
  { title: "RISK", align: "right" },
  { title: "" },
] as const;
const SEVERITY_COLUMN = 5;
const KEV_COLUMN = 8;
/** Columns that a narrow terminal does without, the first to go first: ECOSYSTEM, EPSS, INSTALLED, SEVERITY. */
const DISPENSABLE = [3, 6, 1, 5];
const GAP = 2;

/** Findings of one source package, version and advisory as one line, in the order given: `openssl (3)` stands for three packages. */
const merged = (findings: readonly FindingLine[]): { line: FindingLine; names: Set<string> }[] => {
  const byKey = new Map<string, { line: FindingLine; names: Set<string> }>();
  for (const line of findings) {
    const key = JSON.stringify([line.ecosystem, line.source ?? line.package, line.version, line.fixedIn, line.id]);
    const known = byKey.get(key);
    const names = line.packages ?? [line.package];
    if (known) for (const name of names) known.names.add(name);
    else byKey.set(key, { line, names: new Set(names) });
  }
  return [...byKey.values()];
};

/**
 * Lines of the same risk and EPSS with their source packages taking turns, so that one package with a thousand does not hide
 * the others. The order is otherwise kept.
 */
const inTurns = <Line extends { line: FindingLine }>(lines: readonly Line[]): Line[] => {
  const counts = new Map<string, number>();
  const ranked = lines.map((one, at) => {
    const { ecosystem, source, risk, epss } = one.line;
    const key = JSON.stringify([ecosystem, source ?? one.line.package, risk, epss]);
    const turn = counts.get(key) ?? 0;
    counts.set(key, turn + 1);
    return { one, at, turn };
  });
  const epssOf = (f: FindingLine): number => f.epss ?? -1;
  ranked.sort(
    (a, b) =>
      b.one.line.risk - a.one.line.risk || epssOf(b.one.line) - epssOf(a.one.line) || a.turn - b.turn || a.at - b.at,
  );
  return ranked.map(({ one }) => one);
};

const componentOf = ({ line, names }: { line: FindingLine; names: Set<string> }): string =>
  names.size === 1 ? line.package : `${line.source ?? line.package} (${names.size})`;

/** The version that belongs to the name shown: the source package's own where the line stands for several of its binaries. */
const versionOf = ({ line, names }: { line: FindingLine; names: Set<string> }): string =>
  names.size === 1 || line.purl === undefined ? line.version : judgedAs(componentOfPurl(line.purl)).version;

/** A probability in 0..1 as a share; an empty text when there is none. */
export const epssText = (epss: number | null): string => (epss === null ? "-" : `${(epss * 100).toFixed(1)} %`);

/** The columns that fit into this width, by their place. */
const fitting = (rows: readonly (readonly string[])[], width: number): number[] => {
  const widths = COLUMNS.map(({ title }, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  let places = COLUMNS.map((_, at) => at);
  for (const gone of DISPENSABLE) {
    if (places.reduce((sum, at) => sum + (widths[at] ?? 0) + GAP, -GAP) <= width) break;
    places = places.filter((at) => at !== gone);
  }
  return places;
};

/** The table of findings, at most `limit` lines, without the columns that `width` characters do not hold, and how many there are in all. */
export const findingsTable = (
  findings: readonly FindingLine[],
  limit: number,
  paint: Paint,
  width = Number.POSITIVE_INFINITY,
): { text: string; lineCount: number; shownCount: number } => {
  const lines = inTurns(merged(findings));
  const shown = lines.slice(0, limit);
  const rows = shown.map((one) => {
    const { line } = one;
    return [
      componentOf(one),
      versionOf(one),
      line.fixNeeds === undefined ? (line.fixedIn ?? "-") : `${line.fixedIn} (${line.fixNeeds})`,
      line.ecosystem,
      line.id,
      line.severity,
      epssText(line.epss),
      line.risk.toFixed(1),
      line.kev ? "KEV" : "",
    ];
  });
  const places = fitting(rows, width);
  const columns = places.flatMap((at) => COLUMNS[at] ?? []);
  const cells = rows.map((row) => places.map((at) => row[at] ?? ""));
  const text = table(columns, cells, (place, row, cell) => {
    const column = places[place];
    const line = shown[row]?.line;
    if (column === SEVERITY_COLUMN && line) return paint(SEVERITY_STYLE[line.severity], cell);
    return column === KEV_COLUMN && cell !== "" ? paint(["bold", "red"], cell) : cell;
  });
  return { text, lineCount: lines.length, shownCount: shown.length };
};
