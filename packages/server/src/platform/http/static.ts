import fastifyStatic from "@fastify/static";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";

const HASHED = /[.-][A-Za-z0-9_-]{8,}\.[a-z0-9]+$/;
/** Where the build puts its hashed files: a name that is no page of the dashboard. */
const BUILT = "static/";
/** An ending such as `.js` or `.ico`; no id or version in the address of a page ends so. */
const FILE_NAME = /\.[a-z][a-z0-9]{0,10}$/i;
const YEAR_SECONDS = 31_536_000;
const NOT_BUILT = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ZeroTrace: dashboard not built</title></head>
<body><h1>The dashboard is not built</h1><p>Run <code>npm run build:web</code>, then load this page again. The API answers already.</p></body></html>
`;

const isFile = async (path: string): Promise<boolean> => (await stat(path).catch(() => null))?.isFile() ?? false;

/** Answers with a file of `folder`, or its index.html for an address that the dashboard itself knows; 404 for a file that is not there, 503 when not built. */
export const serveStatic = (app: FastifyInstance, folder: string) => {
  const root = resolve(folder);
  void app.register(fastifyStatic, { root, serve: false, cacheControl: false, preCompressed: true });
  return async (request: FastifyRequest, answer: FastifyReply): Promise<FastifyReply> => {
    if (!existsSync(resolve(root, "index.html"))) {
      return answer.code(503).header("retry-after", "10").type("text/html; charset=utf-8").send(NOT_BUILT);
    }
    let name = "";
    try {
      name = decodeURIComponent(request.url.split("?", 1)[0] ?? "").slice(1);
    } catch {
      name = "";
    }
    const path = resolve(root, name);
    if (name !== "" && !name.includes("\0") && path.startsWith(root + sep) && (await isFile(path))) {
      const lasting = name.startsWith(BUILT) && HASHED.test(name);
      answer.header("cache-control", lasting ? `public, max-age=${YEAR_SECONDS}, immutable` : "no-cache");
      return answer.code(200).sendFile(path.slice(root.length + 1));
    }
    if (name.startsWith(BUILT) || FILE_NAME.test(name))
      return answer.code(404).type("text/plain; charset=utf-8").send("No such file\n");
    return answer.code(200).header("cache-control", "no-cache").sendFile("index.html");
  };
};
