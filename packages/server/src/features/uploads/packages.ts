import { type Component, componentTexts } from "@zerotrace/core";
import type { FoundPackage } from "@zerotrace/plugins/extractors/file-extractor";
import { COMPONENT_BYTES_MAX } from "../inventory/contract.ts";
import { NOT_JUDGED_ECOSYSTEM, PATHS_MAX, PROBLEMS_MAX, type ReadPackage } from "./reading.ts";

/** UTF-16 units of what is kept of a text that a document brings. */
const TEXT_MAX = { name: 400, version: 200, license: 300, path: 500, problem: 500 } as const;

// oxlint-disable-next-line no-control-regex -- they are what is taken out
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

/** A text in one line that PostgreSQL can store, cut where it is too long. */
export const plainText = (text: string, most: number): string =>
  text.slice(0, most).toWellFormed().replaceAll(CONTROL, " ").trim();

const isStorable = (component: Component): boolean =>
  componentTexts(component).reduce((sum, text) => sum + Buffer.byteLength(text), 0) <= COMPONENT_BYTES_MAX;

/** The component under which something stands that nothing can be found for. */
export const notJudged = (name: string, version: string): Component => ({
  ecosystem: NOT_JUDGED_ECOSYSTEM,
  name: plainText(name, TEXT_MAX.name) || "unnamed",
  version: plainText(version, TEXT_MAX.version),
});

/** Gathers what was found: each component once, with the first of its places. */
export const gatherRead = (): {
  readonly add: (
    found: Pick<FoundPackage, "component" | "isDirect" | "isDev" | "license" | "concludedLicense">,
    paths: readonly string[],
    layer: string,
  ) => void;
  readonly problem: (text: string) => void;
  readonly finish: () => { packages: ReadPackage[]; problems: string[]; problemCount: number };
} => {
  const known = new Map<string, ReadPackage & { paths: string[] }>();
  const problems: string[] = [];
  let problemCount = 0;
  const problem = (text: string): void => {
    problemCount += 1;
    if (problems.length < PROBLEMS_MAX) problems.push(plainText(text, TEXT_MAX.problem));
  };
  return {
    problem,
    add: ({ component, isDirect, isDev, license: declared, concludedLicense: license = declared }, paths, layer) => {
      if (!isStorable(component)) return problem(`${component.name.slice(0, 80)}: its name and version are too long`);
      const key = JSON.stringify(component);
      const before = known.get(key);
      const kept = before?.paths ?? [];
      for (const path of paths) {
        const plain = plainText(path, TEXT_MAX.path);
        if (plain !== "" && kept.length < PATHS_MAX && !kept.includes(plain)) kept.push(plain);
      }
      known.set(key, {
        component,
        paths: kept,
        layer: before?.layer || plainText(layer, TEXT_MAX.license),
        license: before?.license || plainText(license ?? "", TEXT_MAX.license),
        isDirect: before?.isDirect || (isDirect ?? before?.isDirect ?? null),
        // What one place needs to run is not only for development.
        isDev: before?.isDev === false ? false : (isDev ?? before?.isDev ?? null),
      });
    },
    finish: () => ({ packages: [...known.values()], problems, problemCount }),
  };
};
