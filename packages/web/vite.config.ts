import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = "http://127.0.0.1:8080";

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
 * What every page needs is one file: thirty small ones are thirty requests, which take longer than what is in them. The rest is split by
 * route.
 */
const createGroups = () => {
  let known: ReadonlySet<string> | null = null;
  return [{ name: (id: string, modules: Modules) => ((known ??= ofEveryPage(modules)).has(id) ? "base" : null) }];
};

/** The dashboard's build. Nothing is inlined: the server's content security policy allows files of its own origin only. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // "assets" is a page
    assetsDir: "static",
    target: "es2024",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: createGroups() } } },
  },
  server: {
    proxy: { "/api": { target: SERVER, ws: true }, "/health": { target: SERVER } },
  },
});
