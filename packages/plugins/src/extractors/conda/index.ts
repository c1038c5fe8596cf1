import { AppError } from "@zerotrace/core";
import type { ExtractFile } from "../file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import { plainYaml, richYaml, yamlDocuments } from "../plain-yaml.ts";
import { normalizePython, parseRequirement } from "../python-requirement.ts";
import { jsonOf, listOf, recordOf, textOf, wordOf } from "../text-file.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Conda: what is installed (conda-meta/*.json), environment.yml, and conda-lock.yml. Names are those of Conda's channels. */
export const extract: ExtractFile = async (file, context) => {
  const into = gatherPackages(file.path);
  if (!/\.ya?ml$/.test(file.path)) {
    readInstalled(file.path, recordOf(await jsonOf(file, context)), into);
    return into.finish();
  }
  const text = await textOf(file, context);
  if (/conda-lock\.ya?ml$/.test(file.path)) {
    for (const { value } of await yamlDocuments(file.path, text)) readLock(recordOf(value) ?? {}, into);
    return into.finish({ devByGraph: false });
  }
  const environment = recordOf(plainEnvironment(text) ?? (await richYaml(file.path, text)));
  if (environment === null) throw new AppError("UNREADABLE", `${file.path} is no Conda environment: it is not a map.`);
  readEnvironment(environment, into);
  return into.finish();
};

/** An environment written line by line, null for one with lists in brackets. */
const plainEnvironment = (text: string): unknown => {
  const value = plainYaml(text)?.value ?? null;
  const dependencies = recordOf(value)?.["dependencies"] ?? [];
  const isPlain = listOf(dependencies).every((one) => Array.isArray(recordOf(one)?.["pip"] ?? []));
  return Array.isArray(dependencies) && isPlain ? value : null;
};

const component = (name: string, version: string) => ({ ecosystem: "Conda", name: name.toLowerCase(), version });

const readInstalled = (path: string, fields: Fields | null, into: PackageGathering): void => {
  const name = wordOf(fields?.["name"]);
  const version = wordOf(fields?.["version"]);
  if (fields === null || name === null || version === null) {
    throw new AppError("UNREADABLE", `${path} is no package of Conda: it has no name or no version.`);
  }
  const license = wordOf(fields["license"]);
  const spec = fields["requested_spec"];
  into.add({
    component: component(name, version),
    ...(license === null ? {} : { license }),
    ...(typeof spec === "string" ? { isDirect: spec !== "" && spec !== "None" } : {}),
  });
};

/** `channel::name=1.2.3=build`, `name==1.2.3`, `name>=1`, `name 1.2.3 build`, `name[version='1']`. */
const SPEC = /^(?:[^:\s]+::?)?([A-Za-z0-9_][A-Za-z0-9._-]*)\s*(.*)$/s;
const BUILT = /^=?\s*([0-9][^\s=<>!,|*]*)(?:=|\s+)[A-Za-z0-9_]+$/;
const DOUBLE = /^==\s*([0-9][^\s=<>!,|*]*)$/;
/** `=1.2.3` allows 1.2.3.4 too, of which hardly any exist: `conda env export --no-builds` writes it for exact versions. */
const FULL = /^=\s*([0-9][^\s=<>!,|*.]*(?:\.[^\s=<>!,|*.]+){2,})$/;

const readEnvironment = (environment: Fields, into: PackageGathering): void => {
  for (const value of listOf(environment["dependencies"])) {
    const pip = recordOf(value)?.["pip"];
    for (const text of listOf(pip)) {
      const requirement = parseRequirement(wordOf(text) ?? "");
      if (requirement !== null) into.add({ component: { ecosystem: "PyPI", ...requirement }, isDirect: true });
    }
    if (recordOf(value) !== null) continue;
    const found = SPEC.exec(wordOf(value) ?? "");
    if (found === null) {
      into.problem(`${wordOf(value) ?? "an entry"}: it is no package`);
      continue;
    }
    const range = found[2]!.trim();
    const version = (BUILT.exec(range) ?? DOUBLE.exec(range) ?? FULL.exec(range))?.[1] ?? "";
    into.add({ component: component(found[1]!, version), isDirect: true });
  }
};

const readLock = (lock: Fields, into: PackageGathering): void => {
  for (const value of listOf(lock["package"])) {
    const fields = recordOf(value) ?? {};
    const name = wordOf(fields["name"]);
    if (name === null) {
      into.problem("a package has no name");
      continue;
    }
    const isPip = fields["manager"] === "pip";
    const version = wordOf(fields["version"]) ?? "";
    const category = wordOf(fields["category"]);
    const where = `${wordOf(fields["platform"]) ?? ""} `;
    const key = (one: string): string => where + (isPip ? normalizePython(one) : one.toLowerCase());
    into.add({
      component: isPip ? { ecosystem: "PyPI", name: normalizePython(name), version } : component(name, version),
      key: key(name),
      dependsOn: Object.keys(recordOf(fields["dependencies"]) ?? {}).map(key),
      ...(category === null ? {} : { isDev: category !== "main" }),
    });
  }
};
