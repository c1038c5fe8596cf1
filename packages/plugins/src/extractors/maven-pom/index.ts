import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages } from "../gather-packages.ts";
import { xmlOf } from "../xml-tree.ts";
import { effectivePom, type EffectivePom, keyOf, pomReader, resolved } from "./effective.ts";
import { type PomDependency, pomOf } from "./model.ts";

/** Not in what is shipped: tests, and what the server that runs it brings. */
const DEV_SCOPES: ReadonlySet<string> = new Set(["test", "provided"]);

/**
 * Maven's pom.xml: direct dependencies with properties, parents and managed versions as far as they lie in the target
 * (or a local repository in it); nothing is fetched, so what those need in turn is not known and `exclusions` change nothing.
 * A version that is not fixed here is empty. Modules of the same build are left out.
 */
export const extract: ExtractFile = async (file, context) => {
  const pom = pomOf(await xmlOf(file, context));
  if (pom === null) throw new AppError("UNREADABLE", `${file.path} is no pom.xml: it has no project element.`);
  const into = gatherPackages(file.path);
  const effective = await effectivePom(file.path, pom, pomReader(context, into.problem));
  for (const [key, { raw, said, isOwn }] of declared(effective)) {
    if (said.groupId === "" || said.artifactId === "" || isModule(raw, said, effective)) continue;
    const managed = effective.managed.get(key);
    into.add({
      component: {
        ecosystem: "Maven",
        name: `${said.groupId}:${said.artifactId}`,
        version: pinned(raw.version === "" ? (managed?.version ?? "") : said.version),
      },
      isDirect: true,
      isDev: DEV_SCOPES.has(said.scope || (managed?.scope ?? "")),
      ...(isOwn ? { line: said.line } : {}),
    });
  }
  return into.finish();
};

interface Declared {
  readonly raw: PomDependency;
  readonly said: PomDependency;
  /** In the file itself, not in a parent. */
  readonly isOwn: boolean;
}

/** Dependencies of the parents, then of the pom itself; of those that are declared twice the last one holds, as for Maven. */
const declared = ({ line, properties }: EffectivePom): ReadonlyMap<string, Declared> => {
  const found = new Map<string, Declared>();
  for (let at = line.length - 1; at >= 0; at--) {
    for (const raw of line[at]?.dependencies ?? []) {
      const said = resolved(raw, properties);
      found.set(keyOf(said), { raw, said, isOwn: at === 0 });
    }
  }
  return found;
};

const OWN_VERSION = /^\$\{(?:project|pom)\.(?:parent\.)?version\}$/;

/** Whether it has the project's own group and, by name, the project's own version. */
const isModule = (raw: PomDependency, said: PomDependency, { line, properties, managed }: EffectivePom): boolean => {
  if (said.groupId !== properties.get("project.groupId") && said.groupId !== properties.get("project.parent.groupId")) {
    return false;
  }
  if (raw.version !== "") return OWN_VERSION.test(raw.version);
  if (!managed.has(keyOf(said))) return false;
  return line.some((pom) =>
    pom.managed.some((entry) => OWN_VERSION.test(entry.version) && keyOf(resolved(entry, properties)) === keyOf(said)),
  );
};

/** A version, or the only one that `[1.2]` allows; empty for a range and for what Maven would look up. */
const pinned = (version: string): string => {
  if (version === "LATEST" || version === "RELEASE") return "";
  const only = /^\[([^,[\]()]+)\]$/.exec(version)?.[1]?.trim();
  return only ?? (/[[\](),]/.test(version) ? "" : version);
};
