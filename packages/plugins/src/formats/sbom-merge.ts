import { AppError } from "@zerotrace/core";
import { unitedComponent } from "./sbom-unite.ts";
import {
  newComponent,
  newSbom,
  type Sbom,
  SBOM_LIMITS,
  type SbomComponent,
  type SbomTool,
  type SbomVulnerability,
} from "./sbom.ts";

/** What a merged document says of itself. */
export interface MergeHead {
  /** The name of the new subject, which contains those of the merged documents. */
  readonly name: string;
  readonly version?: string;
  readonly createdAt: string;
  readonly tool: SbomTool;
}

const distinct = <T>(lists: readonly (readonly T[])[]): T[] => [
  ...new Map(lists.flat().map((one) => [JSON.stringify(one), one])).values(),
];

/** By its purl; without one, by what it is called. */
const keyOf = (c: SbomComponent): string =>
  c.purl === "" ? JSON.stringify([c.type, c.group, c.name, c.version, c.ownedBy]) : JSON.stringify([c.purl, c.ownedBy]);

/** Components of all documents under refs that are unique among them. */
class Merged {
  readonly components = new Map<string, SbomComponent>();
  readonly #refByKey = new Map<string, string>();

  constructor(subject: SbomComponent) {
    this.components.set(subject.ref, subject);
  }

  /** Adds one and gives its ref. The first document's entry of a component leads. */
  add(component: SbomComponent): string {
    const key = keyOf(component);
    const known = this.#refByKey.get(key);
    if (known !== undefined) {
      this.components.set(known, unitedComponent(this.components.get(known)!, { ...component, ref: known }));
      return known;
    }
    if (this.components.size >= SBOM_LIMITS.components)
      throw new AppError("BAD_REQUEST", `Together they have more than ${SBOM_LIMITS.components} components.`, {
        field: "document",
      });
    let ref = component.purl === "" ? component.ref : component.purl;
    for (let number = 2; this.components.has(ref); number += 1) ref = `${component.purl || component.ref}|${number}`;
    this.#refByKey.set(key, ref);
    this.components.set(ref, { ...component, ref, parent: "" });
    return ref;
  }
}

const addDependencies = (needs: Map<string, Set<string>>, sbom: Sbom, refs: ReadonlyMap<string, string>): void => {
  for (const { ref, dependsOn } of sbom.dependencies) {
    const own = refs.get(ref);
    if (own === undefined) continue;
    const known = needs.get(own) ?? new Set();
    needs.set(own, known);
    for (const one of dependsOn) {
      const needed = refs.get(one);
      if (needed !== undefined && needed !== own) known.add(needed);
    }
  }
};

const withParents = (merged: Merged, sbom: Sbom, refs: ReadonlyMap<string, string>): void => {
  for (const { ref, parent } of sbom.components) {
    const own = refs.get(ref)!;
    const whole = refs.get(parent);
    const known = merged.components.get(own)!;
    if (whole === undefined || whole === own || known.parent !== "" || isInside(merged, whole, own)) continue;
    merged.components.set(own, { ...known, parent: whole });
  }
};

/** Whether `part` lies in `whole`, so that the other way round would be a circle. */
const isInside = (merged: Merged, part: string, whole: string): boolean => {
  for (let at = part, steps = 0; at !== "" && steps < SBOM_LIMITS.components; steps += 1) {
    if (at === whole) return true;
    at = merged.components.get(at)?.parent ?? "";
  }
  return false;
};

const vulnerabilitiesOf = (sbom: Sbom, refs: ReadonlyMap<string, string>): SbomVulnerability[] =>
  sbom.vulnerabilities.map((one) => ({
    ...one,
    // two documents may give one ref to different entries
    ref: "",
    affects: one.affects.map((target) => ({ ...target, ref: refs.get(target.ref) ?? target.ref })),
  }));

/**
 * Several documents as one: a component that more than one has (by its purl) stands there once with all that is said of it, the
 * graphs are joined, and the new subject needs the subjects of the documents. The order of documents decides which of two
 * single values stays. Throws BAD_REQUEST over the limit of components.
 */
export const mergeSboms = (sboms: readonly Sbom[], head: MergeHead): Sbom => {
  const subject = { ...newComponent("merged", head.name), type: "application", version: head.version ?? "" };
  const merged = new Merged(subject);
  const needs = new Map<string, Set<string>>();
  const vulnerabilities: SbomVulnerability[][] = [];
  const roots = new Set<string>();
  for (const sbom of sboms) {
    const refs = new Map(sbom.components.map((component) => [component.ref, merged.add(component)]));
    addDependencies(needs, sbom, refs);
    withParents(merged, sbom, refs);
    vulnerabilities.push(vulnerabilitiesOf(sbom, refs));
    const root = sbom.subject === null ? undefined : refs.get(sbom.subject);
    if (root !== undefined) roots.add(root);
  }
  if (roots.size > 0) needs.set(subject.ref, roots);
  return {
    ...newSbom({ format: "scan", version: "" }),
    name: head.name,
    createdAt: head.createdAt,
    tools: distinct([[head.tool], ...sboms.map(({ tools }) => tools)]),
    authors: distinct(sboms.map(({ authors }) => authors)),
    subject: subject.ref,
    components: [...merged.components.values()],
    dependencies: [...needs].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn] })),
    vulnerabilities: distinct(vulnerabilities),
    problems: sboms.flatMap(({ problems }) => problems).slice(0, SBOM_LIMITS.problems),
    passedOver: sboms.flatMap(({ passedOver }) => passedOver),
  };
};
