import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { textOf } from "../text-file.ts";

/**
 * CocoaPods' Podfile.lock. Parts of a pod (`PINCache/Core`) count as the pod itself, for advisories name that. Pods of a folder are left out, those from
 * git keep their version.
 */
export const extract: ExtractFile = async (file, context) => {
  const lock = read(await textOf(file, context));
  if (lock === null) throw new AppError("UNREADABLE", `${file.path} is no Podfile.lock: it lists no PODS.`);
  const into = gatherPackages(file.path);
  if (lock.isCut) into.problem("it does not say by which CocoaPods it was written (COCOAPODS): the file is cut off");
  for (const { pod, version, needs, line } of lock.pods) {
    context.signal.throwIfAborted();
    const name = rootOf(pod);
    if (lock.local.has(name)) continue;
    into.add({
      component: { ecosystem: "CocoaPods", name, version },
      key: pod,
      dependsOn: needs,
      isDirect: lock.asked.has(pod),
      line,
    });
  }
  return into.finish();
};

interface Pod {
  readonly pod: string;
  readonly version: string;
  readonly needs: string[];
  readonly line: number;
}

interface Lock {
  readonly pods: Pod[];
  readonly asked: Set<string>;
  /** Root names of pods that lie in a folder of the project. */
  readonly local: Set<string>;
  /** What CocoaPods writes last is missing. */
  readonly isCut: boolean;
}

const rootOf = (pod: string): string => pod.split("/")[0] ?? pod;

/** `PODS:` at the margin opens a section; `  - Name (1.0)`, perhaps quoted and with `:` at its end, is an entry of it. */
const SECTION = /^([A-Z][A-Z ]*):/;
const LISTED = /^( +)- "?([^\s"():]+)(?: \(([^()]*)\))?/;
const SOURCE = /^ {2}"?([^\s"]+?)"?:\s*$/;
const FOLDER = /^ {4}:path:/;

/** The file is regular: CocoaPods writes it itself, always in this layout. */
const read = (text: string): Lock | null => {
  const isCut = !/^COCOAPODS:/m.test(text);
  const lock: Lock = { pods: [], asked: new Set(), local: new Set(), isCut };
  let section = "";
  let source = "";
  let seen = false;
  text.split(/\r?\n/).forEach((line, at) => {
    const opened = SECTION.exec(line)?.[1];
    if (opened !== undefined) section = opened;
    seen ||= opened === "PODS";
    const listed = LISTED.exec(line);
    if (section === "PODS" && listed?.[2] !== undefined) {
      if (listed[1] === "  ") lock.pods.push({ pod: listed[2], version: listed[3] ?? "", needs: [], line: at + 1 });
      else lock.pods.at(-1)?.needs.push(listed[2]);
    } else if (section === "DEPENDENCIES" && listed?.[2] !== undefined) lock.asked.add(listed[2]);
    else if (section === "EXTERNAL SOURCES") {
      source = SOURCE.exec(line)?.[1] ?? source;
      if (FOLDER.test(line)) lock.local.add(rootOf(source));
    }
  });
  return seen ? lock : null;
};
