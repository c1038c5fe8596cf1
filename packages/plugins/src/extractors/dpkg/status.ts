import type { Component } from "@zerotrace/core";
import { isOnDisk } from "../../dpkg-state.ts";
import { withSource } from "../gather.ts";
import type { Gathering } from "../gather.ts";

/**
 * Reads the paragraphs of a dpkg status file into `into`: only packages whose files are on disk. Paragraphs without a
 * Status field count as installed when `statusOptional` (status.d holds nothing else). Source: deb-control(5), dpkg(1).
 */
export const readDpkgStatus = (
  bytes: Uint8Array,
  ecosystem: string,
  into: Gathering,
  options: { statusOptional?: boolean; signal?: AbortSignal } = {},
): void => {
  options.signal?.throwIfAborted();
  let paragraph: Paragraph = {};
  let seen = false;
  let lineNumber = 0;
  const close = (): void => {
    if (seen) take(paragraph, lineNumber, ecosystem, into, options.statusOptional ?? false);
    paragraph = {};
    seen = false;
  };
  for (const line of linesOf(bytes)) {
    lineNumber += 1;
    if ((lineNumber & 0xffff) === 0) options.signal?.throwIfAborted();
    if (line.trim() === "") {
      close();
      continue;
    }
    seen = true;
    const at = line.indexOf(":");
    if (at <= 0 || at > LONGEST_WANTED || line.startsWith(" ") || line.startsWith("\t")) continue;
    const key = WANTED.get(line.slice(0, at).toLowerCase());
    // dpkg refuses a doubled field; the first one is kept so that appended text cannot change an entry.
    if (key !== undefined) paragraph[key] ??= line.slice(at + 1).trim();
  }
  close();
};

type Field = "package" | "status" | "version" | "architecture" | "source";
type Paragraph = Partial<Record<Field, string>>;

const WANTED: ReadonlyMap<string, Field> = new Map(
  (["package", "status", "version", "architecture", "source"] as const).map((field) => [field, field]),
);
const LONGEST_WANTED = "architecture".length;

const take = (
  paragraph: Paragraph,
  lineNumber: number,
  ecosystem: string,
  into: Gathering,
  statusOptional: boolean,
): void => {
  const { package: name, version = "", architecture: arch, status, source } = paragraph;
  if (name === undefined) return into.problem(`the paragraph that ends at line ${lineNumber} names no package`);
  if (status === undefined ? !statusOptional : !isOnDisk(status)) return;
  const component: Component = { ecosystem, name, version, ...(arch === undefined ? {} : { arch }) };
  if (source === undefined) return into.add(component);
  // "Source: openssl" or "Source: gcc-12 (12.2.0-14)": the version is given when it differs from the binary's.
  const parts = /^(\S+)(?:\s+\(([^()\s]+)\))?$/.exec(source);
  if (parts?.[1] === undefined) return into.problem(`${name}: its Source field cannot be read`);
  into.add(withSource(component, parts[1], parts[2] ?? version));
};

/** Lines one by one, so that a large file is not held twice. */
function* linesOf(bytes: Uint8Array): Generator<string> {
  const text = new TextDecoder().decode(bytes);
  let start = 0;
  while (start < text.length) {
    const end = text.indexOf("\n", start);
    yield end < 0 ? text.slice(start) : text.slice(start, end);
    if (end < 0) return;
    start = end + 1;
  }
}
