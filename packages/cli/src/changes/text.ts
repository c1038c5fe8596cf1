import type { Answer, contract } from "@zerotrace/sdk";
import { printable } from "../output/style.ts";
import { table } from "../output/table.ts";

type Changes = Answer<typeof contract.changes.listChanges>;
type Section = Changes["days"][number]["sections"][number];
type Entry = Section["entries"][number];

const TITLES: Readonly<Record<Section["kind"], string>> = {
  kev: "known to be exploited",
  epss: "EPSS moved",
  opened: "new findings",
  reopened: "came back",
  fixed: "fixed",
  asset_new: "new assets",
  asset_silent: "went silent",
  inventory: "inventories that changed much",
  agent: "agents",
  decision: "decisions",
  feed: "feeds",
};

/** Entries of one kind and day in a message (count): a chat shows no more. */
const MESSAGE_ENTRIES = 5;

const COLUMNS = [
  { title: "DAY" },
  { title: "WHAT" },
  { title: "NAME" },
  { title: "SEVERITY" },
  { title: "PACKAGE" },
  { title: "FINDINGS", align: "right" },
  { title: "ASSETS", align: "right" },
  { title: "SAYS" },
] as const;
const SAYS_MAX = 60;

const cut = (text: string, max: number): string => (text.length <= max ? text : `${text.slice(0, max - 1)}…`);
const severityOf = ({ severity, isKev }: Entry): string => `${severity ?? ""}${isKev ? " KEV" : ""}`;
const moreOf = ({ moreCount, isExact }: Section): string =>
  moreCount === 0 ? "" : `and ${moreCount}${isExact ? "" : "+"} more`;

/** What changed as one line for each entry. */
export const changesTable = ({ days }: Changes): string => {
  const lines = days.flatMap(({ day, sections }) =>
    sections.flatMap((section) => [
      ...section.entries.map((entry) => [
        day,
        TITLES[section.kind],
        entry.name,
        severityOf(entry),
        entry.packages.slice(0, 2).join(", "),
        entry.findingCount === null ? "" : String(entry.findingCount),
        entry.assetCount === null ? "" : String(entry.assetCount),
        cut(entry.says, SAYS_MAX),
      ]),
      ...(section.moreCount > 0 ? [[day, TITLES[section.kind], moreOf(section), "", "", "", "", ""]] : []),
    ]),
  );
  return lines.length === 0 ? "" : table(COLUMNS, lines);
};

/** Text of others as Markdown that means nothing but itself. */
const plain = (text: string): string => printable(text).replaceAll(/[\\`*_{}[\]()<>#+!|~-]/g, "\\$&");
const linkOf = (url: string, { query, path }: Pick<Entry, "query" | "path">): string =>
  query === null ? `${url}${path ?? "/changes"}` : `${url}/findings?${new URLSearchParams({ query }).toString()}`;

const entryLine = (url: string, entry: Entry): string => {
  const packages = entry.packages.slice(0, 3).join(", ");
  const where = entry.assetCount === null ? "" : `${entry.assetCount} ${entry.assetCount === 1 ? "asset" : "assets"}`;
  const facts = [severityOf(entry), packages, where, cut(entry.says, 120)].filter((part) => part !== "").map(plain);
  return `  - [${plain(entry.name)}](${linkOf(url, entry)})${facts.length > 0 ? `: ${facts.join(", ")}` : ""}`;
};

/** What changed as Markdown for a message: the sentence, then day by day, each figure with a link to its list. */
export const changesMarkdown = (changes: Changes, begins: string, url: string): string => {
  const days = changes.days.filter(({ sections }) => sections.length > 0);
  const lines = [
    `**${plain(`${begins}: ${changes.says}`)}**`,
    ...(changes.gaps.length > 0 ? ["", `This may not be all: ${plain(changes.gaps.join("; "))}`] : []),
    ...days.flatMap(({ day, sections }) => [
      "",
      `### ${day}`,
      "",
      ...sections.flatMap((section) => {
        const shown = section.entries.slice(0, MESSAGE_ENTRIES);
        const rest = section.entries.length - shown.length + section.moreCount;
        const figure = `${section.count}${section.isExact ? "" : "+"}`;
        return [
          `- **${TITLES[section.kind]}**: [${figure}](${linkOf(url, section)})`,
          ...shown.map((entry) => entryLine(url, entry)),
          ...(rest > 0 ? [`  - and ${rest}${section.isExact ? "" : "+"} more`] : []),
        ];
      }),
    ]),
  ];
  return `${lines.join("\n")}\n`;
};
