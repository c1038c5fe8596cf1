import { AppError, rangeAllows } from "@zerotrace/core";
import { posix } from "node:path";
import { type Edit, type FixContext, folderOf, type PlanFix, way } from "../fix.ts";
import { parentPath, propertyOf, setsProperty, versionIn, withManaged, withProperty, withVersion } from "./pom-text.ts";

/** Parents above a pom that are looked at (count). */
const MAX_PARENTS = 8;

interface PomText {
  readonly path: string;
  readonly text: string;
}

/**
 * pom.xml: the version or the property that gives it is raised where it stands, in the pom or a parent inside the target. What a
 * parent or list of versions outside gives is overruled in `dependencyManagement`.
 */
export const plan: PlanFix = async ({ path, name, from, to }, context) => {
  const [groupId = "", artifactId = ""] = name.split(":");
  const line = await parentsOf(path, context);
  if (line[0] === undefined) throw new AppError("UNREADABLE", `${path} does not exist.`);
  for (const pom of line) {
    const version = versionIn(pom.text, groupId, artifactId);
    if (version === null) continue;
    const demands = [{ by: "", range: from, allows: rangeAllows("Maven", from, to) === null ? null : false }];
    const property = propertyOf(version);
    if (property === null) {
      if (version.includes("${")) break;
      const change = (text: string): string | null => withVersion(text, groupId, artifactId, to);
      return way("manifest", { demands, edits: [{ path: pom.path, says: `${name} ${version} -> ${to}`, change }] });
    }
    const owner = line.find(({ text }) => setsProperty(text, property));
    if (owner === undefined) break;
    const change = (text: string): string | null => withProperty(text, property, to);
    const edits: Edit[] = [{ path: owner.path, says: `${property} ${from} -> ${to}`, change }];
    return way("manifest", {
      demands,
      edits,
      notes: [`The property ${property} may give other artifacts their version, too.`],
    });
  }
  const change = (text: string): string | null => withManaged(text, groupId, artifactId, to);
  const edits: Edit[] = [{ path, says: `dependencyManagement: ${name} ${to}`, change }];
  const notes = [
    "Its version comes from outside of these poms: a newer parent or list of versions may bring the fix as well.",
  ];
  return way("override", { edits, notes });
};

const parentsOf = async (path: string, { read }: FixContext): Promise<PomText[]> => {
  const line: PomText[] = [];
  for (let at: string | null = path; at !== null && line.length <= MAX_PARENTS;) {
    const text: string | null = await read(at);
    const here: string = at;
    if (text === null || line.some((pom) => pom.path === here)) break;
    line.push({ path: here, text });
    const said = parentPath(text);
    if (said === null) break;
    const next = posix.join(folderOf(here), said.endsWith(".xml") ? said : `${said}/pom.xml`);
    at = said === "" || next.startsWith("..") || posix.isAbsolute(said) ? null : next;
  }
  return line;
};
