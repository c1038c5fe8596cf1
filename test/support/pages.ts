import { readFileSync } from "node:fs";
import type { Ids } from "./screens-fill.ts";

/** Pages that show more than one thing at one address. */
export const MORE = [
  "/findings?view=fixes",
  "/findings?view=advisories",
  "/assets/$id?tab=inventory",
  "/assets/$id?tab=changes",
  "/assets/$id?tab=compare",
  "/assets/$id?tab=trend",
  "/assets/$id?tab=coverage",
  "/assets/$id?tab=facts",
  "/affected?q=openssl",
  "/components?q=openssl",
  "/fixes?view=work",
  "/fixes?view=speed",
  "/dashboards/$id?mode=edit",
  "/dashboards/$id?mode=wall",
];

/** Every path of the router. */
export const pathsOf = (): string[] => {
  const routes = readFileSync(new URL("../../packages/web/src/routes.tsx", import.meta.url), "utf8");
  return [...routes.matchAll(/\bpage\("([^"]+)"\)/g)].map(([, path]) => path ?? "");
};

/** The address of a path with its id; null where there is no such object. */
export const addressOf = (path: string, ids: Ids): string | null => {
  const [, noun] = /^\/([a-z-]+)\/\$id/.exec(path) ?? [];
  if (noun === undefined) return path;
  const id = ids[noun];
  return id === undefined ? null : path.replace("$id", encodeURIComponent(id));
};
