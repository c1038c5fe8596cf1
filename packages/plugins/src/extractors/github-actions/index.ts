import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/** Bytes of one workflow; GitHub itself allows less. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;

/**
 * What workflows and composite actions of GitHub use. A tag with three numbers is a version, and so is one in the comment beside a commit
 * (`@8f4b7f8… # v4.1.1`). Anything else (`@v4`, a branch, a bare commit) fixes no version that advisories could speak of, so it is empty.
 * Actions of the project's own folder and container images are left out.
 */
export const extract: ExtractFile = async (file, context) => {
  const text = await textOf(file, context, MAX_WORKFLOW_BYTES);
  const into = gatherPackages(file.path);
  let isWorkflow = false;
  for (const { path, value, line } of keysOf(text)) {
    if ((line & 0xfff) === 0) context.signal.throwIfAborted();
    isWorkflow ||= path.length === 1 && path[0] === "jobs";
    if (isUse(path)) addUse(value, line, into);
    else if (isStep(path) && value.startsWith("{")) addUse(INLINE.exec(value)?.[1] ?? "", line, into);
  }
  if (!isWorkflow && file.path.includes(".github/workflows/")) {
    throw new AppError("UNREADABLE", `${file.path} is no workflow: it has no jobs.`);
  }
  return into.finish();
};

const isStep = (path: readonly string[]): boolean =>
  (path.length === 4 && path[0] === "jobs" && path[2] === "steps" && path[3] === "-") ||
  (path.length === 3 && path[0] === "runs" && path[1] === "steps" && path[2] === "-");

const isUse = (path: readonly string[]): boolean =>
  path.at(-1) === "uses" && ((path[0] === "jobs" && path.length === 3) || isStep([...path.slice(0, -1), "-"]));

/** `- {uses: owner/repository@v1.0.0, with: {…}}`. */
const INLINE = /[{,]\s{0,20}uses:\s{0,20}["']?([^,}\s"']+)/;

interface Key {
  /** The keys from the margin to this one; a list's element is `-` where it is no map of its own lines. */
  readonly path: readonly string[];
  readonly value: string;
  readonly line: number;
}

const PAIR = /^(["']?)([\w.-]+)\1:(?:\s+(.*))?$/;
const TEXT_BLOCK = /(?:^|:\s|-\s)[|>][-+\d]{0,3}\s*(?:#.*)?$/;
/** Levels that are followed (count); steps lie within four. */
const MAX_LEVELS = 16;

/** Keys of block style YAML in order, line by line and without what blocks of text hold: so their lines and comments are known. */
function* keysOf(text: string): Generator<Key> {
  const stack: { readonly column: number; readonly key: string }[] = [];
  let textIndent = Infinity;
  let line = 0;
  for (const raw of text.split("\n")) {
    line += 1;
    const body = raw.trim();
    let column = raw.length - raw.trimStart().length;
    if (body === "" || body.startsWith("#") || column > textIndent) continue;
    textIndent = Infinity;
    const isElement = body.startsWith("- ");
    const rest = isElement ? body.slice(2).trimStart() : body;
    column += body.length - rest.length;
    const pair = PAIR.exec(rest);
    while (stack.length > 0 && stack.at(-1)!.column >= column) stack.pop();
    if (pair !== null && stack.length < MAX_LEVELS) stack.push({ column, key: pair[2]! });
    const path = stack.map(({ key }) => key);
    if (pair !== null) yield { path, value: pair[3] ?? "", line };
    else if (isElement) yield { path: [...path, "-"], value: rest, line };
    if (TEXT_BLOCK.test(body)) textIndent = pair === null ? column - 1 : column;
  }
}

/** `owner/repository[/folder]@reference`, perhaps quoted, with a comment behind it. */
const USE = /^([\w.-]+\/[\w.-]+)(?:\/[^@\s]*)?@(\S+)$/;
const VERSION = /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
const COMMIT = /^[0-9a-f]{40}$/;

const addUse = (value: string, line: number, into: PackageGathering): void => {
  const [word = "", ...comment] = value.trim().split(/\s+/);
  const used = word.replaceAll(/^["']|["']$/g, "");
  if (used === "" || used.startsWith("./") || used.startsWith("docker://")) return;
  const [, repository, reference = ""] = USE.exec(used) ?? [];
  if (repository === undefined) return into.problem(`${used}: it names no action`);
  const version = COMMIT.test(reference) ? versionIn(comment) : VERSION.test(reference) ? reference : "";
  const component = { ecosystem: "GitHub Actions", name: repository.toLowerCase(), version };
  into.add({ component, isDirect: true, line });
};

/** `v4.1.1`, `tag=v4.1.1`, `pin@v4.1.1`. */
const versionIn = (comment: readonly string[]): string =>
  comment.flatMap((word) => word.split(/[=@#]/)).find((word) => VERSION.test(word)) ?? "";
