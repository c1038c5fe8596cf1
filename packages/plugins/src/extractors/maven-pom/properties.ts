import type { Pom } from "./model.ts";

/** Properties within properties (levels). */
const MAX_ROUNDS = 16;
/** Longest text that properties are put into, or that one is (UTF-16 units). */
const MAX_CHARS = 2048;
const PROPERTY = /\$\{([^${}]{1,256})\}/g;

/** All properties of a pom and its parents, the pom first; those that Maven makes of the project itself among them. */
export const propertiesOf = (line: readonly Pom[]): ReadonlyMap<string, string> => {
  const properties = new Map<string, string>();
  for (const pom of [...line].reverse()) for (const [name, value] of pom.properties) properties.set(name, value);
  const first = line[0];
  if (first === undefined) return properties;
  const { own, parent } = first;
  const made = {
    groupId: own.groupId || parent?.groupId,
    artifactId: own.artifactId,
    version: own.version || parent?.version,
    "parent.groupId": parent?.groupId,
    "parent.artifactId": parent?.artifactId,
    "parent.version": parent?.version,
  };
  for (const [name, value] of Object.entries(made)) {
    if (value === undefined || value === "") continue;
    // `pom.` and the bare name are older ways to write it.
    for (const prefix of ["project.", "pom.", ""])
      if (!properties.has(prefix + name)) properties.set(prefix + name, value);
  }
  return properties;
};

/** The text with its properties put in; empty when one is not known or they never end. */
export const interpolated = (text: string, properties: ReadonlyMap<string, string>): string => {
  let value = text;
  for (let round = 0; value.includes("${"); round++) {
    if (round >= MAX_ROUNDS || value.length > MAX_CHARS) return "";
    let isKnown = false;
    value = value.replaceAll(PROPERTY, (_, name: string) => {
      const put = properties.get(name.trim());
      if (put === undefined || put.length > MAX_CHARS) return "${}";
      isKnown = true;
      return put;
    });
    if (!isKnown || value.includes("${}")) return "";
  }
  return value;
};
