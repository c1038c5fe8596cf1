import { ERRORS, WHO_ACTS } from "@zerotrace/core";
import type { FastifyInstance } from "fastify";

/** Where the `type` of every problem points, with its code as the fragment. */
export const ERROR_PAGE = "/docs/errors";
const STYLE_PATH = `${ERROR_PAGE}.css`;

/** A file of its own: the content security policy allows no style within a page. */
const STYLE = `:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
.table { overflow-x: auto }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: 0.4rem 1rem 0.4rem 0; border-bottom: 1px solid #8886 }
code { font: 14px/1.5 ui-monospace, monospace }
tr:target { background: #3ddc9740 }
`;

const rows = (): string =>
  Object.entries(ERRORS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, title, who }]) => {
      const name = `<a href="#${code}"><code>${code}</code></a>`;
      return `<tr id="${code}"><td>${name}</td><td>${status}</td><td>${title}</td><td>${WHO_ACTS[who]}</td></tr>`;
    })
    .join("\n");

/** The one table of errors as a page; needs neither the dashboard nor a session. */
const errorPage = (): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors: ZeroTrace</title><link rel="stylesheet" href="${STYLE_PATH}"><link rel="icon" href="/favicon.svg"></head>
<body><h1>Errors</h1>
<p>An error of the API is a problem document (RFC 9457) with a code; its <code>detail</code> says what to do, and
<code>field</code> names the input at fault. The command line prints the same codes.</p>
<div class="table"><table><thead><tr><th>code</th><th>status</th><th>means</th><th>who acts</th></tr></thead>
<tbody>
${rows()}
</tbody></table></div></body></html>
`;

/** Serves the page of errors; every problem's `type` leads to its line. */
export const serveErrorPage = (app: FastifyInstance): void => {
  const page = errorPage();
  app.get(ERROR_PAGE, async (_, answer) => answer.type("text/html; charset=utf-8").send(page));
  app.get(STYLE_PATH, async (_, answer) => answer.type("text/css; charset=utf-8").send(STYLE));
};
