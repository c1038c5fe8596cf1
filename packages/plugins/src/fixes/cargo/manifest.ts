import { raisedRange } from "@zerotrace/core";

/** Where a Cargo.toml asks for a crate. */
export interface CargoAsk {
  readonly range: string;
  /** From 0. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

const SECTION = /^\s*\[([^\]]+)\]/;
const DEPENDENCIES = /(?:^|\.)(?:dev-|build-)?dependencies$/;
const ENTRY = /^\s*"?([\w-]+)"?\s*=\s*(.*)$/;

/** The text between the quotes after `key =`, with its place in the line. */
const quoted = (line: string, key: RegExp): { readonly value: string; readonly start: number } | null => {
  const found = key.exec(line);
  return found === null ? null : { value: found[2]!, start: found.index + found[1]!.length };
};

/** Every range under which a Cargo.toml asks for a crate, also under another name and for a workspace. Linear. */
export const asksIn = (text: string, name: string): CargoAsk[] => {
  const asks: CargoAsk[] = [];
  let section = "";
  let table: { readonly as: string; renamed: string; version: CargoAsk | null } | null = null;
  const close = (): void => {
    if (table?.version && (table.renamed || table.as) === name) asks.push(table.version);
    table = null;
  };
  text.split("\n").forEach((line, at) => {
    const header = SECTION.exec(line)?.[1]?.trim();
    if (header !== undefined) {
      close();
      section = header;
      const dot = header.lastIndexOf(".");
      const as = header.slice(dot + 1).replaceAll('"', "");
      if (dot > 0 && DEPENDENCIES.test(header.slice(0, dot))) table = { as, renamed: "", version: null };
      return;
    }
    const own = (found: ReturnType<typeof quoted>): CargoAsk | null =>
      found === null
        ? null
        : { range: found.value, line: at, start: found.start, end: found.start + found.value.length };
    if (table !== null) {
      table.version ??= own(quoted(line, /^(\s*version\s*=\s*")([^"]*)"/));
      table.renamed ||= quoted(line, /^(\s*package\s*=\s*")([^"]*)"/)?.value ?? "";
      return;
    }
    const entry = DEPENDENCIES.test(section) ? ENTRY.exec(line) : null;
    if (entry === null) return;
    const renamed = quoted(line, /(\bpackage\s*=\s*")([^"]*)"/)?.value;
    if ((renamed ?? entry[1]) !== name) return;
    const ask = own(
      entry[2]!.startsWith('"') ? quoted(line, /(=\s*")([^"]*)"/) : quoted(line, /(\bversion\s*=\s*")([^"]*)"/),
    );
    if (ask !== null) asks.push(ask);
  });
  close();
  return asks;
};

/** The text with each range that `refuses` raised to the version; null when none asks for the crate. */
export const withRange = (
  text: string,
  name: string,
  to: string,
  refuses: (range: string) => boolean,
): string | null => {
  const asks = asksIn(text, name);
  if (asks.length === 0) return null;
  const lines = text.split("\n");
  for (const { line, start, end, range } of asks) {
    if (!refuses(range)) continue;
    lines[line] = lines[line]!.slice(0, start) + raisedRange("crates.io", range, to) + lines[line]!.slice(end);
  }
  return lines.join("\n");
};
