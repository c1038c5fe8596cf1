import { childOf, childrenOf, textIn, type XmlElement } from "../xml-tree.ts";

/** Names of an artifact as a pom writes them, properties not yet put in; empty where it has none. */
export interface Coordinates {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
}

export interface PomDependency extends Coordinates {
  readonly type: string;
  readonly classifier: string;
  readonly scope: string;
  readonly line: number;
}

/** What one pom.xml says itself. */
export interface Pom {
  readonly own: Coordinates;
  readonly parent: (Coordinates & { readonly relativePath: string }) | null;
  readonly properties: ReadonlyMap<string, string>;
  readonly dependencies: readonly PomDependency[];
  readonly managed: readonly PomDependency[];
}

/** Reads the project element, with the profiles that are active unless somebody says otherwise. Null for other documents. */
export const pomOf = (project: XmlElement): Pom | null => {
  if (project.name !== "project") return null;
  const parent = childOf(project, "parent");
  const path = childOf(parent, "relativePath");
  const parts = [project, ...childrenOf(childOf(project, "profiles"), "profile").filter(isActive)];
  return {
    own: coordinatesOf(project),
    parent:
      parent === null ? null : { ...coordinatesOf(parent), relativePath: path === null ? "../pom.xml" : path.text },
    properties: new Map(
      parts.flatMap((part) => (childOf(part, "properties")?.children ?? []).map((p) => [p.name, p.text] as const)),
    ),
    dependencies: parts.flatMap((part) => dependenciesOf(part)),
    managed: parts.flatMap((part) => dependenciesOf(childOf(part, "dependencyManagement"))),
  };
};

const isActive = (profile: XmlElement): boolean => textIn(childOf(profile, "activation"), "activeByDefault") === "true";

const coordinatesOf = (element: XmlElement): Coordinates => ({
  groupId: textIn(element, "groupId"),
  artifactId: textIn(element, "artifactId"),
  version: textIn(element, "version"),
});

const dependenciesOf = (element: XmlElement | null): PomDependency[] =>
  childrenOf(childOf(element, "dependencies"), "dependency").map((dependency) => ({
    ...coordinatesOf(dependency),
    type: textIn(dependency, "type") || "jar",
    classifier: textIn(dependency, "classifier"),
    scope: textIn(dependency, "scope"),
    line: dependency.line,
  }));
