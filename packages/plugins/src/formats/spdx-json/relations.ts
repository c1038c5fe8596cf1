import { refused, type Json, textOf } from "../sbom-json.ts";
import { drained } from "../sbom-lists.ts";
import { SBOM_LIMITS, type SbomComponent, type SbomDependency } from "../sbom.ts";

/** Relationships in which the first one needs the second. */
const NEEDS = new Set(["DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK", "HAS_PREREQUISITE"]);
/** Relationships in which the second one needs the first; true: only to develop, build or test. */
const NEEDED_BY: Readonly<Record<string, boolean>> = {
  DEPENDENCY_OF: false,
  RUNTIME_DEPENDENCY_OF: false,
  OPTIONAL_DEPENDENCY_OF: false,
  PROVIDED_DEPENDENCY_OF: false,
  PREREQUISITE_FOR: false,
  DEV_DEPENDENCY_OF: true,
  TEST_DEPENDENCY_OF: true,
  BUILD_DEPENDENCY_OF: true,
};

/** What relationships say of components; ids as the document writes them. */
export interface Relations {
  readonly described: ReadonlySet<string>;
  /** The container of each component that is a part of one. */
  readonly parents: ReadonlyMap<string, string>;
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly dev: ReadonlySet<string>;
  /** Relationships of kinds that are not kept (count). */
  readonly otherCount: number;
}

/** Adds what one relationship says. */
export interface RelationSink {
  readonly describe: (id: string) => void;
  readonly contain: (whole: string, part: string) => void;
  /** `needed` null: it needs nothing. */
  readonly need: (who: string, needed: string | null, isDev: boolean) => void;
  readonly other: () => void;
  readonly done: () => Relations;
}

/** Gathers relationships between the components of `ids`; those that name others become problems. */
export const gatherRelations = (ids: ReadonlySet<string>, problem: (text: string) => void): RelationSink => {
  const described = new Set<string>();
  const parents = new Map<string, string>();
  const needs = new Map<string, Set<string>>();
  const dev = new Set<string>();
  let otherCount = 0;
  let needCount = 0;
  return {
    describe: (id) => void described.add(id),
    contain: (whole, part) => {
      if (ids.has(whole) && ids.has(part) && whole !== part && !parents.has(part)) parents.set(part, whole);
    },
    need: (who, needed, isDev) => {
      if (!ids.has(who))
        return problem(`a relationship names ${who || "nothing"}, which is no package of the document`);
      const known = needs.get(who) ?? new Set();
      needs.set(who, known);
      if (needed === null) return undefined;
      if (!ids.has(needed)) return problem(`${who} depends on ${needed}, which is no package of the document`);
      known.add(needed);
      if (isDev) dev.add(needed);
      needCount += 1;
      if (needCount > SBOM_LIMITS.dependencies)
        throw refused(`it has more than ${SBOM_LIMITS.dependencies} dependencies`);
      return undefined;
    },
    other: () => {
      otherCount += 1;
    },
    done: () => ({ described, parents, needs, dev, otherCount }),
  };
};

const relate = (sink: RelationSink, [from, type, to]: readonly [string, string, string], document: string): void => {
  if (type === "DESCRIBES" && from === document) sink.describe(to);
  else if (type === "DESCRIBED_BY" && to === document) sink.describe(from);
  else if (type === "CONTAINS") sink.contain(from, to);
  else if (type === "CONTAINED_BY" || type === "PACKAGE_OF") sink.contain(to, from);
  else if (to === "NOASSERTION") sink.other();
  else if (NEEDS.has(type)) sink.need(from, to === "NONE" ? null : to, false);
  else if (Object.hasOwn(NEEDED_BY, type)) sink.need(to, from, NEEDED_BY[type]!);
  else sink.other();
};

/** Reads `relationships` and `documentDescribes` of SPDX 2. Relations between files are passed over. */
export const readRelations = (
  document: Json,
  ids: ReadonlySet<string>,
  files: ReadonlySet<string>,
  problem: (text: string) => void,
): Relations => {
  const sink = gatherRelations(ids, problem);
  const own = textOf(document["SPDXID"]) || "SPDXRef-DOCUMENT";
  const describes: unknown = document["documentDescribes"];
  if (Array.isArray(describes)) for (const id of describes) sink.describe(textOf(id));
  for (const one of drained(document["relationships"], SBOM_LIMITS.dependencies)) {
    const from = textOf(one["spdxElementId"]);
    const to = textOf(one["relatedSpdxElement"]);
    if (files.has(from) || files.has(to) || from.startsWith("DocumentRef-") || to.startsWith("DocumentRef-"))
      sink.other();
    else relate(sink, [from, textOf(one["relationshipType"]), to], own);
  }
  return sink.done();
};

/** Whether a component lies in itself by way of its containers. */
const isInCircle = (id: string, parents: ReadonlyMap<string, string>, safe: Set<string>): boolean => {
  const way = new Set<string>();
  for (let at: string | undefined = id; at !== undefined && !safe.has(at); at = parents.get(at)) {
    if (way.has(at)) return true;
    way.add(at);
  }
  for (const one of way) safe.add(one);
  return false;
};

/** Components with their containers and the rest that relationships say. What the subject contains stands at the top. */
export const related = (
  components: readonly SbomComponent[],
  relations: Relations,
  refOf: ReadonlyMap<string, string>,
): { components: SbomComponent[]; dependencies: SbomDependency[]; subject: string | null } => {
  const idOf = new Map([...refOf].map(([id, ref]) => [ref, id]));
  const roots = [...relations.described].filter((id) => refOf.has(id));
  const [subjectId] = roots.length === 1 ? roots : [];
  const safe = new Set<string>();
  const parentOf = (id: string): string => {
    const parent = relations.parents.get(id);
    if (parent === undefined || parent === subjectId || id === subjectId) return "";
    return isInCircle(id, relations.parents, safe) ? "" : refOf.get(parent)!;
  };
  return {
    components: components.map((component) => {
      const id = idOf.get(component.ref)!;
      const parent = parentOf(id);
      const isDev = component.isDev ?? (relations.dev.has(id) ? true : null);
      return parent === "" && isDev === component.isDev ? component : { ...component, parent, isDev };
    }),
    dependencies: [...relations.needs].map(([id, needed]) => ({
      ref: refOf.get(id)!,
      dependsOn: [...needed].map((one) => refOf.get(one)!),
    })),
    subject: subjectId === undefined ? null : refOf.get(subjectId)!,
  };
};
