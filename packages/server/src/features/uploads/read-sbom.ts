import { AppError, purlOf } from "@zerotrace/core";
import { packagesOfSbom } from "@zerotrace/plugins/formats/sbom-packages";
import { readSbom } from "@zerotrace/plugins/formats/sbom-read";
import type { Sbom, SbomComponent } from "@zerotrace/plugins/formats/sbom";
import { readFile } from "node:fs/promises";
import { COMPONENTS_MAX } from "../inventory/contract.ts";
import { gatherRead, notJudged, plainText } from "./packages.ts";
import type { ReadHead, ReadPackage } from "./reading.ts";

const NAME_MAX = 300;

/** Types of subjects, in CycloneDX's words, and what asset they are; anything else is a repository. */
const KINDS: Readonly<Record<string, ReadHead["kind"]>> = {
  container: "image",
  "operating-system": "host",
  device: "host",
  firmware: "host",
};

/** What names an image by its package-url, or by the way in which makers of SPDX documents write it. */
const IMAGE_PURL = /^pkg:(?:oci|docker)\//;
const IMAGE_REF = /^(?:SPDXRef-)?DocumentRoot-Image-/;

const kindOf = (subject: SbomComponent | undefined): ReadHead["kind"] => {
  if (subject === undefined) return null;
  const isImage = IMAGE_PURL.test(subject.purl) || IMAGE_REF.test(subject.ref);
  return KINDS[subject.type] ?? (isImage ? "image" : "repository");
};

/** The tag of an image's name; a port is none. */
const TAG = /^(.+?):([\w][\w.-]{0,127})$/;

const nameOf = (subject: SbomComponent | undefined, sbom: Sbom): string => {
  const own = subject === undefined ? "" : subject.group === "" ? subject.name : `${subject.group}/${subject.name}`;
  return plainText(own || sbom.name, NAME_MAX);
};

const headOf = (sbom: Sbom): Omit<ReadHead, "packageCount" | "notJudgedCount" | "problems" | "problemCount"> => {
  const subject = sbom.components.find(({ ref }) => ref === sbom.subject);
  const kind = kindOf(subject);
  const name = nameOf(subject, sbom);
  const [, repository = name, tag = ""] =
    (kind === "image" ? TAG.exec(name.replace(/@sha256:[0-9a-f]+$/, "")) : null) ?? [];
  const system = sbom.components.find(({ type, ref }) => type === "operating-system" && ref !== sbom.subject);
  const [tool] = sbom.tools;
  return {
    kind,
    name: kind === "image" ? repository.replace(/@sha256:[0-9a-f]+$/, "") : name,
    branch: tag,
    version: plainText(subject?.version ?? "", NAME_MAX),
    os: ownWord(sbom, "os") || (system === undefined ? "" : plainText(`${system.name} ${system.version}`, NAME_MAX)),
    ecosystem: ownWord(sbom, "ecosystem"),
    facts: {
      document: {
        format: sbom.source.format,
        version: sbom.source.version,
        id: plainText(sbom.id, NAME_MAX),
        createdAt: plainText(sbom.createdAt, NAME_MAX),
        tool: tool === undefined ? "" : plainText(`${tool.vendor} ${tool.name} ${tool.version}`, NAME_MAX),
      },
    },
  };
};

/** What `zerotrace scan --server` adds to its documents: the operating system, its ecosystem, and what could not be read. */
const ownWords = ({ properties }: Sbom, key: "os" | "ecosystem" | "unread"): string[] =>
  properties.filter(({ name }) => name === `zerotrace:${key}`).map(({ value }) => plainText(value, NAME_MAX));

const ownWord = (sbom: Sbom, key: "os" | "ecosystem"): string => ownWords(sbom, key)[0] ?? "";

const pathOf = ({ path, line, inside }: SbomComponent["places"][number]): string =>
  `${path}${line > 0 ? `:${line}` : ""}${inside === "" ? "" : `!/${inside}`}`;

/**
 * The components of a document in a file. What nothing can be found for stands among them as such, so that it is counted as not
 * covered. Throws AppError BAD_REQUEST saying why and where a document is not read.
 */
export const readSbomFile = async (path: string): Promise<{ head: ReadHead; packages: ReadPackage[] }> => {
  const sbom = await readSbom(await readFile(path));
  const read = packagesOfSbom(sbom, "the document");
  const total = read.packages.length + read.notJudged.length;
  if (total > COMPONENTS_MAX) {
    const says = `The document lists ${total} components, and ${COMPONENTS_MAX} is the most for one asset: split it.`;
    throw new AppError("BAD_REQUEST", says, { field: "body" });
  }
  const places = new Map(sbom.components.filter(({ purl }) => purl !== "").map((one) => [one.purl, one.places]));
  const gathered = gatherRead();
  for (const found of read.packages) {
    const told = places.get(purlOf(found.component)) ?? [];
    const paths = told.length > 0 ? told.map(pathOf) : found.inside === undefined ? [] : [found.inside];
    gathered.add(found, paths, told[0]?.layer ?? "");
  }
  const judgedCount = gathered.finish().packages.length;
  const reasons = new Map<string, number>();
  for (const { name, version, reason } of read.notJudged) {
    gathered.add({ component: notJudged(name, version) }, [], "");
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  for (const [reason, count] of reasons) gathered.problem(`${count} cannot be judged: ${reason}`);
  for (const problem of [...ownWords(sbom, "unread"), ...sbom.problems, ...read.problems]) gathered.problem(problem);
  const { packages, problems, problemCount } = gathered.finish();
  const notJudgedCount = packages.length - judgedCount;
  return { head: { ...headOf(sbom), packageCount: packages.length, notJudgedCount, problems, problemCount }, packages };
};
