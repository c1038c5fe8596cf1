import { schemeFor } from "@zerotrace/core";

/** Looked at for the indentation of a list's first entry (UTF-16 units). */
const MAX_INDENT = 256;

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
const elementIn = (text: string, block: Span, name: string): (Span & { readonly value: string }) | null => {
  // Cut out first: what is not there would be looked for up to the end of the file, for each block.
  const inner = text.slice(block.start, block.end);
  const open = inner.indexOf(`<${name}>`);
  const from = open + name.length + 2;
  const close = open < 0 ? -1 : inner.indexOf(`</${name}>`, from);
  if (close < 0) return null;
  const raw = inner.slice(from, close);
  const start = block.start + from + raw.length - raw.trimStart().length;
  const value = raw.trim();
  return { start, end: start + value.length, value };
};

/** Where a pom says that its parent lies; empty for nowhere, null without a parent. */
export const parentPath = (text: string): string | null => {
  const plain = bare(text);
  const [parent] = blocksOf(plain, "parent");
  if (parent === undefined) return null;
  const isTold = plain.slice(parent.start, parent.end).includes("<relativePath");
  return elementIn(plain, parent, "relativePath")?.value ?? (isTold ? "" : "../pom.xml");
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
  const line = (indent: string, ...all: readonly string[]): string => all.map((one) => `\n${indent}${one}`).join("");
  const entry = (indent: string): string =>
    line(indent, "<dependency>") +
    line(indent + unit, `<groupId>${groupId}</groupId>`, `<artifactId>${artifactId}</artifactId>`) +
    line(indent + unit, `<version>${to}</version>`) +
    line(indent, "</dependency>");
  if (managed !== undefined && list >= 0 && list < managed.end) {
    const at = list + "<dependencies>".length;
    // As its neighbor stands.
    const indent = /^\s*\n([ \t]*)</.exec(text.slice(at, at + MAX_INDENT))?.[1] ?? unit.repeat(3);
    return text.slice(0, at) + entry(indent) + text.slice(at);
  }
  const [one, two, three] = [unit, unit.repeat(2), unit.repeat(3)];
  const opened = line(one, "<dependencyManagement>") + line(two, "<dependencies>");
  const whole = opened + entry(three) + line(two, "</dependencies>") + line(one, "</dependencyManagement>");
  const at = plain.slice(0, end).trimEnd().length;
  return `${text.slice(0, at)}${whole}\n${text.slice(end)}`;
};
