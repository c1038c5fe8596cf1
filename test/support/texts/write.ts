/** Writes the English catalog from the sources, and tells what each other language lacks. `npm run texts`. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CATALOGS, textsOfWeb, WEB } from "./read.ts";
import { refusalsOfServer } from "./refusals.ts";

/** As the formatter has it. */
const quoted = (text: string): string =>
  text.split('"').length > text.split("'").length ? `'${text.replaceAll("'", String.raw`\'`)}'` : JSON.stringify(text);
const refusals = refusalsOfServer();
writeFileSync(
  join(WEB, "ui/refusals.ts"),
  `/**
 * What the server says when it refuses, as keys of the catalog; places as in \`SENTENCES\`. Written by \`npm run texts\` from the server's
 * sources.
 */
export const REFUSALS: readonly string[] = [
${refusals
  .map(
    (text) => `  ${quoted(text)},
`,
  )
  .join("")}];
`,
);

const { texts, stray } = textsOfWeb();
const sorted = [...texts].sort();
const written = (catalog: object): string => `${JSON.stringify(catalog, null, 2)}\n`;
writeFileSync(join(CATALOGS, "en.json"), written(Object.fromEntries(sorted.map((text) => [text, text]))));
process.stdout.write(`en.json: ${sorted.length} texts\n`);
for (const file of readdirSync(CATALOGS).filter((name) => name !== "en.json")) {
  const path = join(CATALOGS, file);
  const has = JSON.parse(readFileSync(path, "utf8")) as Record<string, string>;
  const lacks = sorted.filter((text) => !Object.hasOwn(has, text));
  writeFileSync(
    path,
    written(Object.fromEntries(sorted.flatMap((text) => (has[text] === undefined ? [] : [[text, has[text]]])))),
  );
  process.stdout.write(`${file}: ${lacks.length} texts are missing\n${lacks.map((text) => `  ${text}\n`).join("")}`);
}
for (const line of stray) process.stdout.write(`not in the catalog: ${line}\n`);
process.exitCode = stray.length === 0 ? 0 : 1;
