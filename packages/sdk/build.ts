/**
 * Builds the SDK to plain JavaScript with types, in `dist`: a package of its own that needs zod alone, for browsers and Node 20 or
 * newer. What it shares with the rest (core's words, the server's contract) lies in it.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");

/** Where our own packages lie in the build. */
const inBuild = (name: string): string | null => {
  if (name === "@zerotrace/server/contract") return "server/src/contract.js";
  const core = /^@zerotrace\/core(?:\/(.+))?$/.exec(name);
  return core ? `core/src/${core[1] ?? "index"}.js` : null;
};

/** A module's text with each import leading to a file of the build. */
const rewritten = (file: string, text: string): string =>
  text.replaceAll(/(\bfrom |\bimport\(|\bimport )"([^"]+)"/g, (whole, before: string, name: string) => {
    if (name.startsWith(".")) return `${before}"${name.replace(/\.ts$/, ".js")}"`;
    const target = inBuild(name);
    if (target === null) return whole;
    const path = relative(dirname(file), join(dist, target));
    return `${before}"${path.startsWith(".") ? path : `./${path}`}"`;
  });

const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [join(dirname(compiler), "bin/tsc"), "-p", join(here, "tsconfig.build.json")], {
  stdio: "inherit",
});
for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
  if (!/\.(?:js|d\.ts)$/.test(name)) continue;
  const file = join(dist, name);
  writeFileSync(file, rewritten(file, readFileSync(file, "utf8")));
}
// a package that is handed on says what it is and what one may do with it
copyFileSync(join(here, "../../LICENSE"), join(dist, "LICENSE"));
const guide = readFileSync(join(here, "../../docs/reference/sdk.md"), "utf8");
writeFileSync(join(dist, "README.md"), guide.replaceAll(/\[([^\]]+)\]\([^)]*\.md[^)]*\)/g, "$1"));
const own = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as Record<string, unknown> & {
  dependencies: Record<string, string>;
};
const entry = { types: "./sdk/src/index.d.ts", default: "./sdk/src/index.js" };
const { name, version, license, type } = own;
writeFileSync(
  join(dist, "package.json"),
  `${JSON.stringify(
    {
      name,
      version,
      license,
      type,
      sideEffects: false,
      engines: { node: ">=20" },
      exports: { ".": entry },
      dependencies: { zod: own.dependencies["zod"] },
    },
    null,
    2,
  )}\n`,
);
