import type { Severity } from "@zerotrace/core";
import { styleText } from "node:util";
import type { Cli, Sink } from "../cli.ts";

type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colors for a stream: only on a terminal and without NO_COLOR. */
export const paintFor = (cli: Cli, sink: Sink): Paint =>
  sink.isTerminal && !cli.env.noColor
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;

/** Characters that a line may have: those of a terminal; a file or a pipe takes any. */
export const widthOf = (sink: Sink): number => (sink.isTerminal ? sink.columns : Number.POSITIVE_INFINITY);

export const SEVERITY_STYLE: Readonly<Record<Severity, Style>> = {
  critical: ["bold", "red"],
  high: "red",
  medium: "yellow",
  low: "cyan",
  none: "dim",
  unknown: "dim",
};

/** Text from outside, made harmless for a terminal: control and direction characters become `?`. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "?");

/** Text of several lines, made harmless as `printable` does; its line ends and tabs stay, or a go.mod would look broken. */
export const printableLines = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.split("\t").map(printable).join("\t"))
    .join("\n");
