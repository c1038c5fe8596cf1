import { writeFileSync } from "node:fs";
import { ERRORS, WHO_ACTS } from "@zerotrace/core/errors";

/** docs/reference/errors.md, from the one table of errors. */
export const errorTable = (): string => {
  const rows = Object.entries(ERRORS)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { status, who, title }]) => `| \`${code}\` | ${status} | ${title} | ${WHO_ACTS[who]} |`);
  return `# Errors

An error of the API is a problem document ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) with a \`code\`; its \`detail\`
says what to do, and \`field\` names the input at fault. The command line prints the same codes. Another company's object
answers \`NOT_FOUND\`.

| code | status | means | who acts |
|---|---|---|---|
${rows.join("\n")}

Written by \`npm run docs:errors\` from \`packages/core/src/errors.ts\`.
`;
};

if (import.meta.main) writeFileSync(new URL("../../docs/reference/errors.md", import.meta.url), errorTable());
