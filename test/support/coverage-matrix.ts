import { schemeFor } from "@zerotrace/core";
import { FEED_FACTS, FEEDS, feedsFor } from "@zerotrace/plugins";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { writeScanPages } from "./scan-docs.ts";
import { writeRolesPage } from "./role-table.ts";

const page = (id: string): string =>
  existsSync(new URL(`../../docs/reference/feeds/${id}.md`, import.meta.url)) ? `[${id}](feeds/${id}.md)` : `\`${id}\``;

const hours = (count: number): string => (count % 24 === 0 && count > 48 ? `${count / 24} days` : `${count} hours`);

const wordOf = (id: string, ecosystem: string): string => {
  const { isDefault, ecosystems } = FEED_FACTS[id]!;
  if (!ecosystems.includes(ecosystem)) return `${id} (a location with its archive)`;
  return isDefault ? `**${id}**` : id;
};

/** docs/reference/coverage.md, from the registry of feeds and what is known of each. */
export const coverageMatrix = (): string => {
  const feeds = FEEDS.map(({ descriptor: { id, summary } }) => {
    const facts = FEED_FACTS[id]!;
    const read = facts.isDefault ? "by default" : id === "debian-archive" ? "where OSV is away, or by name" : "by name";
    return `| ${page(id)} | ${facts.kind} | ${read} | ${hours(facts.staleAfterHours)} | ${facts.licence} | ${summary} |`;
  });
  const ecosystems = [
    ...new Set(Object.values(FEED_FACTS).flatMap((facts) => [...facts.ecosystems, ...(facts.others ?? [])])),
  ].sort();
  const rows = ecosystems.map((ecosystem) => {
    const covering = feedsFor(ecosystem).map((id) => wordOf(id, ecosystem));
    return `| ${ecosystem} | ${schemeFor(ecosystem)?.id ?? "none"} | ${covering.join(", ")} |`;
  });
  return `# Coverage

Which feed judges which packages. A feed that is read "by name" is named with \`--feeds <id>\` or in the setting \`feeds\`, see
[feeds](../guide/feeds.md). A source whose data is older than its bound is stale: it is shown so, and told as an event, an audit row and
a metric. Whether what *you* have is covered says \`npx zerotrace scan host\`, the page Feeds and \`GET /api/v1/coverage\`.

## Feeds

| feed | gives | read | stale after | licence | what |
|---|---|---|---|---|---|
${feeds.join("\n")}

## Ecosystems

The ecosystem is [OSV's](https://ossf.github.io/osv-schema/#defined-ecosystems); the scheme is how its versions order. Feeds in bold are read by
default. \`CPE\` means components that carry a CPE name; \`OS\` is the system itself. What is not in this table is judged by nothing, and
shown as not covered.

| ecosystem | scheme | feeds |
|---|---|---|
${rows.join("\n")}

Written by \`npm run docs:coverage\` from the registry of feeds.
`;
};

const GUIDE = new URL("../../docs/guide/feeds.md", import.meta.url);
const [BEGIN, END] = ["<!-- feeds: npm run docs:coverage -->\n", "<!-- /feeds -->"];

/** docs/guide/feeds.md with its table of all feeds, from the registry. Throws when the place of the table is not marked. */
export const feedsGuide = (guide: string): string => {
  const [from, to] = [guide.indexOf(BEGIN), guide.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/guide/feeds.md has no ${BEGIN.trim()} with ${END} behind it`);
  const rows = FEEDS.map(({ descriptor: { id, title, summary } }) => {
    return `| [${id}](../reference/feeds/${id}.md) | ${title} | ${FEED_FACTS[id]!.kind} | ${summary} |`;
  });
  const table = ["", "| feed | source | gives | what |", "|---|---|---|---|", ...rows, "", ""].join("\n");
  return guide.slice(0, from) + BEGIN + table + guide.slice(to);
};

if (import.meta.main) writeFileSync(GUIDE, feedsGuide(readFileSync(GUIDE, "utf8")));
if (import.meta.main) writeFileSync(new URL("../../docs/reference/coverage.md", import.meta.url), coverageMatrix());
if (import.meta.main) writeScanPages();
if (import.meta.main) writeRolesPage();
