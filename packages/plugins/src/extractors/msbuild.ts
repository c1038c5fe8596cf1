import { type XmlElement, childOf, textIn } from "./xml-tree.ts";

/** Properties within properties (levels), and the longest text that one is put into (UTF-16 units). */
const MAX_ROUNDS = 16;
const MAX_CHARS = 2048;
const PROPERTY = /\$\(([A-Za-z_][\w.-]{0,127})\)/g;

/** One item of an MSBuild project: `<PackageReference Include="A;B" Version="1.0" />`. */
export interface MsbuildItem {
  readonly names: readonly string[];
  /** An attribute or a child element of that name; empty without one. */
  readonly metadata: (name: string) => string;
  readonly line: number;
}

/** Items of this kind, in order, whatever their condition. */
export const itemsOf = (project: XmlElement, kind: string): MsbuildItem[] =>
  project.children
    .filter(({ name }) => name === "ItemGroup")
    .flatMap((group) => group.children.filter(({ name }) => name === kind))
    .map((element) => ({
      names: (element.attributes.get("Include") ?? element.attributes.get("Update") ?? "")
        .split(";")
        .map((name) => name.trim())
        .filter((name) => name !== ""),
      metadata: (name) => element.attributes.get(name) ?? textIn(element, name),
      line: element.line,
    }));

/** Properties of these projects by name in lower case; a later one goes before an earlier one. */
export const msbuildProperties = (projects: readonly XmlElement[]): ReadonlyMap<string, string> =>
  new Map(
    projects.flatMap((project) =>
      project.children
        .filter(({ name }) => name === "PropertyGroup")
        .flatMap((group) => group.children.map(({ name, text }) => [name.toLowerCase(), text] as const)),
    ),
  );

/** The text with its properties put in; empty when one is not known or they never end. */
export const withProperties = (text: string, properties: ReadonlyMap<string, string>): string => {
  let value = text;
  for (let round = 0; value.includes("$("); round++) {
    if (round >= MAX_ROUNDS || value.length > MAX_CHARS) return "";
    let isKnown = true;
    const next = value.replaceAll(PROPERTY, (_, name: string) => {
      const put = properties.get(name.toLowerCase());
      if (put === undefined || put.length > MAX_CHARS) isKnown = false;
      return put ?? "";
    });
    if (!isKnown || next === value) return "";
    value = next;
  }
  return value;
};

/** Whether the project manages versions in one place, unless a property turns it off. */
export const isCentral = (project: XmlElement, properties: ReadonlyMap<string, string>): boolean =>
  childOf(project, "ItemGroup") !== null && properties.get("managepackageversionscentrally")?.toLowerCase() !== "false";
