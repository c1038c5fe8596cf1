import { isMap, isScalar, isSeq, type LineCounter } from "yaml";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { yamlDocumentOf } from "../yaml-file.ts";

/**
 * What workflows and composite actions of GitHub use. A tag with three numbers is a version, and so is one in the comment beside a commit
 * (`@8f4b7f8… # v4.1.1`). Anything else (`@v4`, a branch, a bare commit) fixes no version that advisories could speak of, so it is empty.
 * Actions of the project's own folder and container images are left out.
 */
export const extract: ExtractFile = async (file, context) => {
  const { document, lines } = await yamlDocumentOf(file, context);
  const into = gatherPackages(file.path);
  const jobs: unknown = document.getIn(["jobs"]);
  for (const { value } of isMap(jobs) ? jobs.items : []) {
    context.signal.throwIfAborted();
    if (!isMap(value)) continue;
    addUse(value.get("uses", true), lines, into);
    addSteps(value.get("steps"), lines, into);
  }
  addSteps(document.getIn(["runs", "steps"]), lines, into);
  return into.finish();
};

const addSteps = (steps: unknown, lines: LineCounter, into: PackageGathering): void => {
  for (const step of isSeq(steps) ? steps.items : []) {
    if (isMap(step)) addUse(step.get("uses", true), lines, into);
  }
};

/** `owner/repository[/folder]@reference`. */
const USE = /^([\w.-]+\/[\w.-]+)(?:\/[^@\s]*)?@(\S+)$/;
const VERSION = /^v?\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;
const COMMIT = /^[0-9a-f]{40}$/;

const addUse = (node: unknown, lines: LineCounter, into: PackageGathering): void => {
  if (!isScalar(node) || typeof node.value !== "string") return;
  const used = node.value.trim();
  if (used.startsWith("./") || used.startsWith("docker://")) return;
  const [, repository, reference = ""] = USE.exec(used) ?? [];
  if (repository === undefined) return into.problem(`${used}: it names no action`);
  const version = COMMIT.test(reference) ? versionIn(node.comment ?? "") : VERSION.test(reference) ? reference : "";
  const component = { ecosystem: "GitHub Actions", name: repository.toLowerCase(), version };
  into.add({ component, isDirect: true, ...(node.range ? { line: lines.linePos(node.range[0]).line } : {}) });
};

/** `v4.1.1`, `tag=v4.1.1`, `pin@v4.1.1`. */
const versionIn = (comment: string): string => comment.split(/[\s=@]+/).find((word) => VERSION.test(word)) ?? "";
