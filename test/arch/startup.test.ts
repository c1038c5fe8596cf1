import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "vite";
import { expect, test } from "vitest";
import { ROOT, SOURCES } from "./source.ts";

/** What a short command must not load before it is known that it is needed: each costs more than the command itself. */
const HEAVY =
  /^(zod|yaml|yauzl|ajv|fastify|pg|@zerotrace\/sdk|@zerotrace\/plugins|@zerotrace\/agent|@zerotrace\/server(\/contract)?)$/;

/** Specifiers that are loaded with a file: not the dynamic ones, not types. */
const loadedWith = (path: string): ReadonlySet<string> => {
  const { module } = parseSync(path, readFileSync(join(ROOT, path), "utf8"));
  const specifiers = new Set<string>();
  for (const { moduleRequest, entries } of module.staticImports) {
    if (entries.length === 0 || entries.some(({ isType }) => !isType)) specifiers.add(moduleRequest.value);
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) if (moduleRequest && !isType) specifiers.add(moduleRequest.value);
  }
  return specifiers;
};

test("a scan of a lockfile loads no library, contract or reader of feeds that it does not use", () => {
  const sources = new Map(SOURCES.map((source) => [source.path, source]));
  const starts = ["packages/cli/src/main.ts", "packages/cli/src/commands/scan.ts"];
  const wanted = ["targets/folder", "targets/sbom", "extractors/npm-lock/index"].map(
    (one) => `packages/plugins/src/${one}.ts`,
  );
  const seen = new Map<string, string>([...starts, ...wanted].map((path) => [path, ""]));
  const heavy: string[] = [];
  for (const [path] of seen) {
    const loaded = loadedWith(path);
    for (const { specifier, target } of sources.get(path)?.imports ?? []) {
      if (!loaded.has(specifier)) continue;
      if (HEAVY.test(specifier)) heavy.push(`${path} -> ${specifier}`);
      else if (target !== null && !seen.has(target)) seen.set(target, path);
    }
  }
  expect(heavy).toEqual([]);
  expect(seen.size).toBeGreaterThan(100);
});
