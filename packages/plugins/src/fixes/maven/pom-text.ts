import { schemeFor } from "@zerotrace/core";

/** A stretch of a pom's text. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/** With blanks where that begins and ends, so that places stay. Linear. */
const blanked = (text: string, begin: string, finish: string): string => {
  let made = "";
  let at = 0;
  for (let open = text.indexOf(begin); open >= 0; open = text.indexOf(begin, at)) {
    const close = text.indexOf(finish, open);
    const end = close < 0 ? text.length : close + finish.length;
    made += text.slice(at, open) + " ".repeat(end - open);
    at = end;
  }
  return made + text.slice(at);
};

/** Without comments, and without exclusions: what these name is not what is depended on. */
const bare = (text: string): string => blanked(blanked(text, "<!--", "-->"), "<exclusions>", "</exclusions>");

const blocksOf = (text: string, name: string): Span[] => {
  const blocks: Span[] = [];
  for (let start = text.indexOf(`<${name}>`); start >= 0;) {
    const end = text.indexOf(`</${name}>`, start);
    if (end < 0) break;
    blocks.push({ start, end });
    start = text.indexOf(`<${name}>`, end);
  }
  return blocks;
};

/** The first element of that name within a stretch: its trimmed text and where that lies. */
const elementIn = (text: string, { start, end }: Span, name: string): (Span & { readonly value: string }) | null => {
  const open = text.indexOf(`<${name}>`, start);
  const from = open + name.length + 2;
  const close = open < 0 || open > end ? -1 : text.indexOf(`</${name}>`, from);
  if (close < 0 || close > end) return null;
  const raw = text.slice(from, close);
  const lead = raw.length - raw.trimStart().length;
  const value = raw.trim();
  return { start: from + lead, end: from + lead + value.length, value };
};

/** How a pom gives an artifact its version: as written there, or by a property; null when it does not. */
export const versionIn = (text: string, groupId: string, artifactId: string): string | null =>
  found(bare(text), groupId, artifactId)[0]?.value ?? null;

const found = (text: string, groupId: string, artifactId: string): (Span & { readonly value: string })[] =>
  blocksOf(text, "dependency").flatMap((block) => {
    const group = elementIn(text, block, "groupId")?.value ?? "";
    if (elementIn(text, block, "artifactId")?.value !== artifactId) return [];
    if (group !== groupId && !group.includes("${")) return [];
    return elementIn(text, block, "version") ?? [];
  });

/** The property that a version is, `x.version` of `${x.version}`; null for a version as it is. */
export const propertyOf = (version: string): string | null => /^\$\{([\w.-]{1,256})\}$/.exec(version)?.[1] ?? null;

/** Whether a pom sets a property to a version. */
export const setsProperty = (text: string, property: string): boolean => propertySpans(bare(text), property).length > 0;

const propertySpans = (text: string, property: string): (Span & { readonly value: string })[] =>
  blocksOf(text, "properties").flatMap((block) => elementIn(text, block, property) ?? []);

const replaced = (text: string, spans: readonly (Span & { readonly value: string })[], to: string): string | null => {
  if (spans.length === 0) return null;
  let made = text;
  for (const { start, end, value } of [...spans].reverse()) {
    // Another fix may have gone further already.
    if (propertyOf(value) !== null || schemeFor("Maven")?.compare(value, to) !== -1) continue;
    made = made.slice(0, start) + to + made.slice(end);
  }
  return made;
};

/** The text with the artifact's versions raised where they are written out; null when it has none. */
export const withVersion = (text: string, groupId: string, artifactId: string, to: string): string | null =>
  replaced(text, found(bare(text), groupId, artifactId), to);

/** The text with a property raised; null when it does not set it. */
export const withProperty = (text: string, property: string, to: string): string | null =>
  replaced(text, propertySpans(bare(text), property), to);

/** The text with the artifact's version in `dependencyManagement`, which is made where it is absent; null without a project. */
export const withManaged = (text: string, groupId: string, artifactId: string, to: string): string | null => {
  const plain = bare(text);
  if (found(plain, groupId, artifactId).length > 0) return withVersion(text, groupId, artifactId, to);
  const managed = blocksOf(plain, "dependencyManagement")[0];
  const list = managed === undefined ? -1 : plain.indexOf("<dependencies>", managed.start);
  const end = plain.lastIndexOf("</project>");
  if (end < 0) return null;
  const unit = /\n([ \t]+)</.exec(text)?.[1] ?? "  ";
  const lines = (depth: number, ...all: readonly string[]): string =>
    all.map((line) => `\n${unit.repeat(depth)}${line}`).join("");
  const entry = (depth: number): string =>
    lines(depth, "<dependency>") +
    lines(
      depth + 1,
      `<groupId>${groupId}</groupId>`,
      `<artifactId>${artifactId}</artifactId>`,
      `<version>${to}</version>`,
    ) +
    lines(depth, "</dependency>");
  if (managed !== undefined && list >= 0 && list < managed.end) {
    const at = list + "<dependencies>".length;
    return text.slice(0, at) + entry(3) + text.slice(at);
  }
  const whole =
    lines(1, "<dependencyManagement>") +
    lines(2, "<dependencies>") +
    entry(3) +
    lines(2, "</dependencies>") +
    lines(1, "</dependencyManagement>");
  const at = plain.slice(0, end).trimEnd().length;
  return `${text.slice(0, at)}${whole}\n${text.slice(end)}`;
};
