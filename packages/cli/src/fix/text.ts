import type { FixAction, FixReport, Unfixed } from "@zerotrace/plugins/fixes/report";
import type { Cli } from "../cli.ts";
import { counted } from "../output/headline.ts";
import { paintFor, printable } from "../output/style.ts";
import { table } from "../output/table.ts";

const IDS_SHOWN = 3;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The plan for a person: one sentence, the upgrades by risk, how each is done, what has no fix. */
export const writePlan = (cli: Cli, report: FixReport, limit: number): void => {
  const paint = paintFor(cli, cli.out);
  const line = (text = ""): void => cli.out.write(`${printable(text)}\n`);
  cli.out.write(`${paint("bold", printable(headlineOf(report)))}\n`);
  const shown = report.actions.slice(0, limit);
  if (shown.length > 0) {
    line();
    cli.out.write(planTable(shown, report));
    if (shown.length < report.actions.length)
      line(`... and ${report.actions.length - shown.length} more; --limit shows them`);
    line();
    line("How:");
    shown.forEach((action, at) => {
      for (const text of stepsOf(action, at + 1)) line(text);
    });
  }
  const unfixed = report.unfixed.filter(({ reason }) => reason === "no_fix");
  if (unfixed.length > 0) cli.out.write("\nNo fix exists:\n");
  for (const one of unfixed.slice(0, limit)) for (const text of unfixedLines(one)) line(text);
  if (unfixed.length > limit) line(`  ... and ${unfixed.length - limit} more; --limit shows them`);
  if (unfixed.length > 0) for (const text of INSTEAD) line(`  ${text}`);
  writeHeld(line, report.unfixed, limit);
};

const headlineOf = ({ actions, findings, closes, riskShare }: FixReport): string => {
  if (findings === 0) return "Nothing to fix: no findings";
  if (actions.length === 0) return `No upgrade closes any of ${counted(findings, "finding")}`;
  const what = `${counted(closes, "finding")} of ${findings}`;
  return `${counted(actions.length, "upgrade")} ${actions.length === 1 ? "closes" : "close"} ${what}, ${percent(riskShare)} of the risk`;
};

const planTable = (actions: readonly FixAction[], { actions: all }: FixReport): string => {
  const isSeveral = new Set(all.map(({ target }) => target)).size > 1;
  const place = ({ target, path, line }: FixAction): string => {
    // A target that is one file is its own place.
    const file = isSeveral ? (target.endsWith(path) ? target : `${target}/${path}`) : path;
    return line === undefined ? file : `${file}:${line}`;
  };
  return table(
    [
      { title: "#", align: "right" },
      { title: "PACKAGE" },
      { title: "FROM" },
      { title: "TO" },
      { title: "PLACE" },
      { title: "CLOSES", align: "right" },
      { title: "RISK", align: "right" },
      { title: "SO FAR", align: "right" },
      { title: "" },
    ],
    actions.map((action, at) => [
      String(at + 1),
      action.package,
      action.from,
      action.to,
      place(action),
      String(action.closes.length),
      percent(action.riskShare),
      percent(action.riskShareSoFar),
      marksOf(action).join(" "),
    ]),
  );
};

const marksOf = (action: FixAction): string[] => [
  ...(action.crossesMajor ? ["MAJOR"] : []),
  ...(action.breaksRange === true ? ["RANGE"] : []),
  ...(action.kind === "manual" ? ["BY-HAND"] : []),
  ...(action.closes.some(({ kev }) => kev) ? ["KEV"] : []),
  ...(action.isDev === true ? ["dev"] : []),
];

const idsOf = (ids: readonly string[]): string =>
  ids.slice(0, IDS_SHOWN).join(", ") + (ids.length > IDS_SHOWN ? ` and ${ids.length - IDS_SHOWN} more` : "");

const stepsOf = (action: FixAction, number: number): string[] => {
  const { via = [], remains, demands, withinMajor } = action;
  const way = via.length > 0 ? `, through ${via.join(" > ")}` : "";
  const refusing = demands.filter(({ allows }) => allows === false);
  const asked = refusing.map(({ by, range }) => `${by === "" ? "the project" : by} asks for ${range}`);
  return [
    `${number}. ${action.package} to ${action.to} closes ${idsOf(action.closes.map(({ id }) => id))}${way}`,
    ...action.edits.map((text) => `     ${text}`),
    ...action.commands.map(({ folder, command }) => `     ${folder === "" ? "" : `(cd ${folder}) `}${command}`),
    ...(action.edits.length > 0 && action.commands.length === 0
      ? [`     zerotrace fix --only ${action.package} --apply makes this change`]
      : []),
    ...(asked.length > 0 ? [`     ${[...new Set(asked)].join("; ")}`] : []),
    ...(withinMajor === undefined
      ? []
      : [
          `     ${withinMajor.to} closes ${withinMajor.closes} of ${action.closes.length} and stays in the major version (--no-major)`,
        ]),
    ...(remains.length > 0 ? [`     ${action.to} still has ${idsOf(remains.map(({ id }) => id))}`] : []),
    ...action.notes.map((text) => `     ${text}`),
  ];
};

const unfixedLines = ({ package: name, version, paths, findings, riskShare, alternatives }: Unfixed): string[] => [
  `  ${name} ${version} (${paths[0] ?? ""}): ${idsOf(findings.map(({ id }) => id))}, ${percent(riskShare)} of the risk`,
  ...alternatives.filter(({ kind }) => kind === "replace").map(({ says }) => `     ${says}`),
];

const INSTEAD = [
  "Where the weak part cannot be reached, say so in a VEX statement (not_affected); else shield it.",
  "Scan on every change with --fail-on fixable: it tells when a fix appears.",
];

const writeHeld = (line: (text?: string) => void, unfixed: readonly Unfixed[], limit: number): void => {
  const held = unfixed.filter(({ reason }) => reason === "major_version");
  if (held.length === 0) return;
  line();
  line("Left out by --no-major:");
  for (const { package: name, version, fixedIn, riskShare } of held.slice(0, limit)) {
    line(`  ${name} ${version}: ${fixedIn} closes ${percent(riskShare)} of the risk`);
  }
};
