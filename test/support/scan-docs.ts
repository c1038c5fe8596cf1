import { AppError } from "@zerotrace/core";
import { policySchema } from "@zerotrace/core/policy/rules";
import { EXTRACTORS } from "@zerotrace/plugins";
import type { FileExtractor } from "@zerotrace/plugins/extractors/file-extractor";
import { FILE_EXTRACTORS } from "@zerotrace/plugins/extractors/files";
import { REPORT_FORMATS } from "@zerotrace/plugins/formats/index";
import { scanJsonSchema } from "@zerotrace/plugins/formats/scan-schema";
import { TARGET_KINDS, type TargetKind } from "@zerotrace/plugins/targets/target";
import { writeFileSync } from "node:fs";

/** Patterns that are regular expressions, in words. */
const MATCHED: Readonly<Record<string, string>> = {
  conda: "`conda-meta/*.json`",
  gemspec: "`specifications/*.gemspec`",
  "github-actions": "`.github/workflows/*.yml`",
  "gradle-lock": "`gradle/dependency-locks/*.lockfile`",
  "linux-kernel": "`boot/vmlinuz-*`, `lib/modules/*/vmlinuz`, added modules (`*.ko`)",
  "package-json": "`node_modules/*/package.json`",
  pylock: "`pylock.*.toml`",
  requirements: "`*requirements*.txt`, `requirements/*.txt`",
  "wheel-egg": "`*.dist-info/METADATA`, `*.egg-info/PKG-INFO`",
  "wordpress-plugin": "`wp-content/plugins/*/*.php`, `wp-content/themes/*/style.css`",
};

const filesOf = ({ id, files }: FileExtractor): string => {
  const { names = [], endings = [], paths = [], match, isProgram } = files;
  const plain = [...names, ...endings.map((ending) => `*${ending}`), ...paths.map((path) => `…/${path}`)];
  if (match !== undefined && MATCHED[id] === undefined)
    throw new AppError("INTERNAL", `MATCHED has no words for ${id}.`);
  return [
    ...plain.map((text) => `\`${text}\``),
    ...(match === undefined ? [] : [MATCHED[id]!]),
    ...(isProgram === true ? ["programs, by their first bytes"] : []),
  ].join(", ");
};

const TARGETS: Readonly<Record<TargetKind, { readonly example: string; readonly says: string }>> = {
  folder: {
    example: "npx zerotrace scan .",
    says: "A folder is looked through for the files below. `.gitignore` is honored (`--no-ignore` looks everywhere), `.git` is left out, and so is a `node_modules` whose lockfile lies beside it. `--exclude 'testdata/**'` leaves out more. Links are not followed.",
  },
  file: {
    example: "npx zerotrace scan package-lock.json",
    says: "A file is read by its name, a program by its bytes. One that no reader knows is an error, never an empty scan.",
  },
  root: {
    example: "npx zerotrace scan /mnt/disk",
    says: "A folder that is the root of a system (it has an `os-release` or a package database) is read as one: its databases, and the libraries, archives and programs in it. What a package of the system brought is judged with that package.",
  },
  image: {
    example: "npx zerotrace scan nginx:1.27",
    says: "An image of a registry, a file of `docker save`, an OCI archive or an OCI layout. Its layers are streamed; each finding names the layer and the build step that brought it. Faults of its configuration are reported too. `--platform` chooses one of several.",
  },
  sbom: {
    example: "npx zerotrace scan bom.json",
    says: "A [bill of materials](sbom.md) in any of the forms that are read. What has no package URL cannot be judged and is named.",
  },
  host: {
    example: "npx zerotrace scan host",
    says: "This machine. `--root` takes another file tree, `--dpkg-status` with `--os-release` a single status file.",
  },
};

/** docs/reference/targets.md: what can be scanned, from the registries of readers. */
export const targetsPage = (): string => {
  const sections = TARGET_KINDS.map(
    (kind) => `## ${kind}\n\n\`\`\`sh\n${TARGETS[kind].example}\n\`\`\`\n\n${TARGETS[kind].says}\n`,
  );
  const files = FILE_EXTRACTORS.map(
    (one) => `| \`${one.id}\` | ${one.title} | ${filesOf(one)} | ${one.ecosystem || "as the file says"} |`,
  );
  const systems = EXTRACTORS.map(({ descriptor: { id, title, summary } }) => `| \`${id}\` | ${title} | ${summary} |`);
  return `# What can be scanned

\`zerotrace scan <target…>\` tells what a target is by looking at it. Several targets make one report.

${sections.join("\n")}
## Files

Every reader takes hostile bytes: sizes, depth and time are bounded, a broken file is named and the rest is read. One that is cut off in the
middle says so wherever that can be told: by half a word, or by what its tool writes last.

| id | what | files | ecosystem |
|---|---|---|---|
${files.join("\n")}

## Systems

| id | what | reads |
|---|---|---|
${systems.join("\n")}

Written by \`npm run docs:coverage\` from the registries of readers.
`;
};

/** What each format is for. */
const USES: Readonly<Record<string, string>> = {
  cyclonedx:
    "The components with their graph and the findings as vulnerabilities, for other tools. See [bills of materials](sbom.md).",
  github:
    "Annotations of a GitHub workflow, on each line of each lockfile that brings a finding: 10 errors, warnings and notices, as many as GitHub shows, and how many more there are.",
  gitlab:
    "GitLab's security report: of containers where an image was scanned, else of dependencies. What could not be read makes its status `failure`.",
  html: "One file to send or keep. It loads nothing and runs nothing.",
  json: "Everything, for programs: [`zerotrace.scan/1`](scan-json.md).",
  junit:
    "A failed case for each finding. What cannot be read is an error, what nobody could judge is skipped: neither passes.",
  markdown: "For comments and job summaries, at most 200 findings.",
  notices: "The components by license, those without one first, to ship with a product.",
  openvex: "A statement for each finding: affected with what to do, or as [VEX](../guide/vex.md) decided.",
  sarif:
    "For code scanning and editors: a rule for each advisory of a package with its fix and the exact snippet that leaves it out; a result for each place, at most 25,000. What a rule or VEX closes is there too, suppressed, with the reason.",
  "sarif-github":
    "SARIF without what is suppressed: GitHub's code scanning knows no suppressions and would open an alert for each.",
  spdx: "The components. SPDX 2.3 has no place for findings.",
};

/** docs/reference/formats.md: how a scan can be written, from the registry of formats. */
export const formatsPage = (): string => {
  const sections = REPORT_FORMATS.map(({ id, title, mediaType, ending }) => {
    const use = USES[id];
    if (use === undefined) throw new AppError("INTERNAL", `USES has no words for ${id}.`);
    return `## ${id}\n\n${title}, \`${mediaType}\`. ${use}\n\n\`\`\`sh\nnpx zerotrace scan . --output ${id}=report${ending}\n\`\`\`\n`;
  });
  return `# Formats of a scan

\`--format <id>\` writes to stdout instead of the table, \`--output <id>=<file>\` also to a file and may be repeated. The same scan with the same data
gives the same bytes: times in documents are those of the data, or \`SOURCE_DATE_EPOCH\`.

${sections.join("\n")}
Written by \`npm run docs:coverage\` from the registry of formats.
`;
};

/** A JSON schema as a file. */
export const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;

/** The pages of scans, by their path in docs/reference. */
export const scanPages = (): ReadonlyMap<string, string> =>
  new Map([
    ["targets.md", targetsPage()],
    ["formats.md", formatsPage()],
    ["scan-1.schema.json", schemaText(scanJsonSchema())],
    ["zerotrace-yaml.schema.json", schemaText(policySchema())],
  ]);

/** Writes them. */
export const writeScanPages = (): void => {
  for (const [name, text] of scanPages()) writeFileSync(new URL(`../../docs/reference/${name}`, import.meta.url), text);
};
