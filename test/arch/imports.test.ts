import { expect, test } from "vitest";
import { isTest, npmPackageOf, packageOf, SHIPPED, SOURCES } from "./source.ts";

/** Which of our packages each package may import; `server/contract` is the only way to the server but for `server`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  plugins: ["core"],
  server: ["core", "plugins"],
  sdk: ["core", "server/contract"],
  agent: ["core", "plugins", "sdk"],
  cli: ["core", "plugins", "sdk", "agent", "server/contract", "server/config", "server/mail"],
  web: ["core", "sdk", "server/contract"],
};

/** `zerotrace start` is the server's composition with the command line: the one importer of the server itself. */
const SERVER_START = /^packages\/cli\/src\/(commands\/start\.ts|start\/[a-z-]+\.ts)$/;

/** npm packages that each package's shipped code may load. */
const LIBRARIES: Record<string, readonly string[]> = {
  core: ["zod"],
  plugins: ["ajv", "ajv-formats", "ignore", "smol-toml", "yaml", "yauzl", "zod"],
  sdk: ["zod"],
  agent: [],
};

const SERVER_DOORS: Record<string, string> = {
  "packages/server/src/contract.ts": "server/contract",
  "packages/server/src/platform/config/index.ts": "server/config",
  "packages/server/src/features/mail/test-mail.ts": "server/mail",
  "packages/server/src/main.ts": "server",
};

const doorOf = (target: string): string => SERVER_DOORS[target] ?? packageOf(target);

const allowed = (path: string, target: string): boolean => {
  const from = packageOf(path);
  const to = doorOf(target);
  if (packageOf(target) === from || packageOf(target) === "") return true;
  if (to === "server") return SERVER_START.test(path) && target === "packages/server/src/main.ts";
  return (MAY_IMPORT[from] ?? []).includes(to);
};

test("packages import each other only downwards, by their names", () => {
  const wrong = SHIPPED.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, specifier }) => {
        if (target === null) return false;
        const crosses = packageOf(target) !== packageOf(path);
        return !allowed(path, target) || (crosses && specifier.startsWith("."));
      })
      .map(({ specifier }) => `${path} -> ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

test("every package has a rule", () => {
  expect([...new Set(SHIPPED.map(({ path }) => packageOf(path)))].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test("core, plugins, sdk and agent load only the libraries named here", () => {
  const wrong = SHIPPED.flatMap(({ path, imports }) => {
    const libraries = LIBRARIES[packageOf(path)];
    if (libraries === undefined) return [];
    return imports
      .map(({ specifier }) => npmPackageOf(specifier))
      .filter((name) => name !== null && !libraries.includes(name))
      .map((name) => `${path} -> ${name}`);
  });
  expect(wrong).toEqual([]);
});

test("core touches no file, network, process or worker of Node", () => {
  const wrong = SHIPPED.filter(({ path }) => packageOf(path) === "core").flatMap(({ path, imports }) =>
    imports.filter(({ specifier }) => specifier.startsWith("node:")).map(({ specifier }) => `${path} -> ${specifier}`),
  );
  expect(wrong).toEqual([]);
});

/** Files reached from one, itself included; npm and Node modules are reported by their specifiers. */
const closureOf = (entry: string): { files: string[]; modules: string[] } => {
  const byPath = new Map(SOURCES.map((source) => [source.path, source]));
  const files = new Set([entry]);
  const modules = new Set<string>();
  for (const path of files) {
    for (const { specifier, target } of byPath.get(path)?.imports ?? []) {
      if (target === null) modules.add(specifier);
      else files.add(target);
    }
  }
  return { files: [...files].sort(), modules: [...modules].sort() };
};

test("the contract runs in a browser: all it reaches are contracts, core and zod", () => {
  const { files, modules } = closureOf("packages/server/src/contract.ts");
  const foreign = files.filter(
    (path) => packageOf(path) !== "core" && !/^packages\/server\/src\/(features\/[a-z-]+\/)?contract\.ts$/.test(path),
  );
  expect(foreign).toEqual([]);
  expect(modules).toEqual(["zod"]);
  expect(files.length).toBeGreaterThan(10);
});

test("the dashboard and the SDK reach no Node module", () => {
  const modules = ["packages/web/src/main.tsx", "packages/sdk/src/index.ts"].flatMap(
    (entry) => closureOf(entry).modules,
  );
  expect(modules.filter((specifier) => specifier.startsWith("node:"))).toEqual([]);
});

test("shipped code imports no test support", () => {
  const wrong = SHIPPED.flatMap(({ path, imports }) =>
    imports
      .filter(({ target, specifier }) => specifier === "vitest" || (target !== null && isTest(target)))
      .map(({ specifier }) => `${path} -> ${specifier}`),
  );
  expect(wrong).toEqual([]);
});
