import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { asData, type Exports } from "./contract-as-data.ts";

const SERVER = "http://127.0.0.1:8080";

/** The module that describes every route of the API, with a schema for each input and answer. */
const CONTRACT = /\/server\/src\/contract\.ts$/;
/** Puts the contract as data where the contract is imported: making 270 routes of schemas at each page load takes longer than React does. */
const contractAsData = (): Plugin => ({
  name: "zerotrace:contract-as-data",
  load: {
    filter: { id: CONTRACT },
    handler: async (id) => {
      const data = asData((await import(id)) as Exports);
      return Object.entries(data)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join("\n");
    },
  },
});

/** What a module is to the build, as far as it is asked here. */
interface Modules {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const MAIN = `${import.meta.dirname}/src/main.tsx`;

/** The modules that every page needs: all that `main.tsx` imports, and not only when a page asks for it. */
const ofEveryPage = (modules: Modules): ReadonlySet<string> => {
  const found = new Set([MAIN]);
  for (const id of found) for (const next of modules.getModuleInfo(id)?.importedIds ?? []) found.add(next);
  return found;
};

/**
 * What every page needs is one file, and what several pages share another: thirty small ones are thirty requests, which take longer than
 * what is in them. The rest is split by route.
 */
const createGroups = () => {
  let known: ReadonlySet<string> | null = null;
  return [
    { name: (id: string, modules: Modules) => ((known ??= ofEveryPage(modules)).has(id) ? "base" : null), priority: 1 },
    { name: "shared", test: /\/packages\/(?:web|core|sdk)\/src\/(?!texts\/)|\/lucide-react\//, minShareCount: 3 },
  ];
};

/** Files that every page asks for later, by their names before the hash. */
const ASKED_LATER = /^static\/(?:shared|(?:inter|jetbrains-mono)-latin-wght-normal)-[\w-]{8}\.(?:js|woff2)$/;

/** Lets the browser fetch them beside the first file instead of after it. */
const preloads = (): Plugin => ({
  name: "zerotrace:preloads",
  transformIndexHtml: {
    order: "post",
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((file) => ASKED_LATER.test(file))
        .map((file) => {
          const as = file.endsWith(".js")
            ? { rel: "modulepreload" }
            : { rel: "preload", as: "font", type: "font/woff2" };
          return { tag: "link", attrs: { ...as, href: `/${file}`, crossorigin: true }, injectTo: "head" as const };
        }),
  },
});

/** Texts among the built files; fonts and pictures are compressed in themselves. */
const TEXTS = /\.(?:css|html|js|svg)$/;

/** Lays a compressed file beside each text: the server sends that to whoever takes it. */
const compressed = (): Plugin => ({
  name: "zerotrace:compressed",
  writeBundle: ({ dir = "dist" }, bundle) => {
    for (const [name, file] of Object.entries(bundle)) {
      if (!TEXTS.test(name)) continue;
      writeFileSync(join(dir, `${name}.br`), brotliCompressSync(file.type === "chunk" ? file.code : file.source));
    }
  },
});

/** The dashboard's build. Nothing is inlined: the server's content security policy allows files of its own origin only. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [contractAsData(), react(), tailwindcss(), preloads(), compressed()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // "assets" is a page
    assetsDir: "static",
    target: "es2024",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // a schema that nobody parses with does nothing
      treeshake: { manualPureFunctions: ["z"] },
      output: { codeSplitting: { groups: createGroups() } },
    },
  },
  server: {
    proxy: { "/api": { target: SERVER, ws: true }, "/health": { target: SERVER } },
  },
});
