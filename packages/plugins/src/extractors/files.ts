import type { FileExtractor, FilePattern } from "./file-extractor.ts";

const entry = (
  id: string,
  title: string,
  ecosystem: string,
  files: FilePattern,
  load: FileExtractor["load"],
): FileExtractor => ({ id, title, ecosystem, files, load });

/** Every reader of files, sorted by id; one folder and one line each. */
export const FILE_EXTRACTORS: readonly FileExtractor[] = [
  entry(
    "npm-lock",
    "npm lockfile",
    "npm",
    { names: ["package-lock.json", "npm-shrinkwrap.json", ".package-lock.json"] },
    () => import("./npm-lock/index.ts"),
  ),
  entry("yarn-lock", "yarn lockfile", "npm", { names: ["yarn.lock"] }, () => import("./yarn-lock/index.ts")),
];
