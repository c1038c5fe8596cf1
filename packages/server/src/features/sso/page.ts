import type { Problem } from "../../platform/http/index.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] as string);

/** A refusal as a page: a person reads it, in a browser that came from elsewhere. No script and no style of its own. */
export const refusalPage = ({ title, detail, code, correlationId = "" }: Problem) => ({
  contentType: "text/html; charset=utf-8",
  body: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign-in: ZeroTrace</title><link rel="stylesheet" href="/docs/errors.css"><link rel="icon" href="/favicon.svg"></head>
<body><h1>You are not signed in</h1>
<p>${escaped(detail)}</p>
<p><a href="/sign-in">Sign in again</a></p>
<p><a href="/docs/errors#${escaped(code)}"><code>${escaped(code)}</code></a> ${escaped(title)} <code>${escaped(correlationId)}</code></p>
</body></html>
`,
});
