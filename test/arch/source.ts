import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "vite";

export const ROOT = resolve(import.meta.dirname, "../..");

/** One file of ours, its path relative to the root with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** The text with every comment blanked. */
  readonly code: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written. */
  readonly specifier: string;
  /** The file it names, relative to the root; null for a package or a Node module. */
  readonly target: string | null;
}

/** A file's text by its path from the root. */
export const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** Paths from the root that match, sorted, without what is installed or built. */
export const filesIn = (...patterns: string[]): string[] =>
  globSync(patterns, { cwd: ROOT, exclude: ["**/node_modules/**", "**/dist/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();

/** `@zerotrace/core/schema` -> its file by the `exports` of the package. */
const ownPackageFile = (specifier: string): string | null => {
  const [, name, rest] = /^@zerotrace\/([a-z]+)(\/.+)?$/.exec(specifier) ?? [];
  if (name === undefined) return null;
  const exports = (JSON.parse(read(`packages/${name}/package.json`)) as { exports?: Record<string, string> }).exports;
  const key = `.${rest ?? ""}`;
  const file = exports?.[key] ?? (rest && exports?.["./*"]?.replace("*", rest.slice(1)));
  if (!file) throw new Error(`${specifier} is not exported by packages/${name}/package.json`);
  return join("packages", name, file);
};

const targetOf = (from: string, specifier: string): string | null => {
  if (!specifier.startsWith(".")) return ownPackageFile(specifier);
  return relative(ROOT, resolve(ROOT, dirname(from), specifier)).replaceAll("\\", "/");
};

/** Static, dynamic and type imports, re-exports, and files started by `new URL("…", import.meta.url)`. */
const parsed = (path: string, text: string): SourceFile => {
  const { module, comments } = parseSync(path, text);
  const specifiers = new Set<string>();
  for (const { moduleRequest } of module.staticImports) specifiers.add(moduleRequest.value);
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) if (moduleRequest) specifiers.add(moduleRequest.value);
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^["'](.+)["']$/.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[1] !== undefined) specifiers.add(literal[1]);
  }
  for (const [, url] of text.matchAll(/new URL\("(\.[^"]+\.[cm]?[jt]sx?)", import\.meta\.url\)/g)) {
    if (url !== undefined) specifiers.add(url);
  }
  const code = comments.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);
  return {
    path,
    text,
    code,
    imports: [...specifiers].map((specifier) => ({ specifier, target: targetOf(path, specifier) })),
  };
};

/** Every TypeScript file of the packages, tests, benchmarks and the root, with its imports. */
export const SOURCES: readonly SourceFile[] = filesIn(
  "packages/*/{src,test,bin}/**/*.{ts,tsx,mjs}",
  "packages/*/*.ts",
  "{test,bench,deploy}/**/*.ts",
  "*.ts",
).map((path) => parsed(path, read(path)));

/** Whether a file runs only in tests. */
export const isTest = (path: string): boolean =>
  /\.test\.tsx?$/.test(path) ||
  path.startsWith("test/") ||
  /(^|\/)((?:[a-z-]+-)?fixtures|testing|test-server|recorded|recorded-server)\.ts$/.test(path);

/** What ships: sources of the packages without tests and their support. */
export const SHIPPED = SOURCES.filter(({ path }) => path.startsWith("packages/") && !isTest(path));

export const packageOf = (path: string): string => /^packages\/([^/]+)\//.exec(path)?.[1] ?? "";

/** The npm package of a specifier; null for a relative path, a Node module or one of our packages. */
export const npmPackageOf = (specifier: string): string | null => {
  if (/^(\.|node:|@zerotrace\/|virtual:)/.test(specifier)) return null;
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
};

/** Folders directly below a path, sorted. */
export const foldersIn = (path: string): string[] => filesIn(`${path}/*/`).map((p) => p.split("/").at(-1) ?? p);

/** Files that git knows or would add: what a clone holds. Without git: null. */
export const trackedFiles = (): string[] | null => {
  if (!existsSync(join(ROOT, ".git"))) return null;
  const out = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT });
  return out.toString().split("\n").filter(Boolean);
};
