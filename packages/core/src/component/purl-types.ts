import type { Purl } from "./purl.ts";

/** What the specification says of one purl type beyond the common rules. */
export interface PurlTypeRule {
  /** Which parts have no case and are written in lower case. */
  readonly lower?: "namespace" | "name" | "both";
  readonly lowerVersion?: true;
  readonly namespace?: "required" | "prohibited";
  /** What is wrong with a purl of this type, as the end of a sentence; null when nothing is. */
  readonly wrong?: (purl: Purl) => string | null;
}

const needs =
  (key: string) =>
  ({ qualifiers }: Purl): string | null =>
    Object.hasOwn(qualifiers, key) ? null : `needs the qualifier ${key}`;

const chromeExtension = ({ name, version }: Purl): string | null => {
  if (!/^[a-p]{32}$/.test(name)) return "needs a name of 32 letters from a to p";
  return version === null || /^\d{1,5}(\.\d{1,5}){0,3}$/.test(version)
    ? null
    : "needs a version of one to four numbers";
};

/**
 * Types with rules of their own. Two deviate from the letter of the specification on purpose: golang and npm keep their
 * case, because Go module paths and older npm names that differ in case are different packages.
 */
const RULES: Readonly<Record<string, PurlTypeRule>> = {
  alpm: { lower: "both", namespace: "required" },
  apk: { lower: "both", namespace: "required" },
  bazel: { namespace: "prohibited" },
  bitbucket: { lower: "both", namespace: "required" },
  bitnami: { lower: "name", namespace: "prohibited" },
  brew: { lower: "both" },
  cargo: { namespace: "prohibited" },
  "chrome-extension": { namespace: "prohibited", wrong: chromeExtension },
  cocoapods: {
    namespace: "prohibited",
    wrong: ({ name }) => (/^\.|[\s+]/.test(name) ? "has a name that CocoaPods does not allow" : null),
  },
  composer: { lower: "both", namespace: "required" },
  conda: { namespace: "prohibited" },
  cpan: { wrong: ({ name }) => (name.includes("::") ? "names a module where a distribution must stand" : null) },
  cran: { namespace: "prohibited" },
  deb: { lower: "both" },
  gem: { namespace: "prohibited" },
  git: { namespace: "required" },
  github: { lower: "both", namespace: "required" },
  hackage: { namespace: "prohibited" },
  hex: { lower: "both" },
  huggingface: { lowerVersion: true },
  julia: { namespace: "prohibited", wrong: needs("uuid") },
  luarocks: { lower: "both" },
  maven: { namespace: "required" },
  mlflow: { namespace: "prohibited" },
  nuget: { namespace: "prohibited" },
  oci: { lower: "name", lowerVersion: true, namespace: "prohibited" },
  opam: { namespace: "prohibited" },
  otp: { lower: "name", namespace: "prohibited" },
  pub: { lower: "name", namespace: "prohibited" },
  pypi: { lower: "name", namespace: "prohibited" },
  qpkg: { lower: "namespace" },
  rpm: { lower: "namespace" },
  swid: { wrong: needs("tag_id") },
  swift: { namespace: "required" },
  vcpkg: { namespace: "prohibited" },
  "vscode-extension": { lower: "both", namespace: "required" },
  yocto: { lower: "namespace" },
};

const NONE: PurlTypeRule = {};

/** The rules of a purl type; a type without any of its own has an empty one. */
export const purlTypeRule = (type: string): PurlTypeRule => (Object.hasOwn(RULES, type) ? RULES[type]! : NONE);

/** Hosts of the type `git` whose repositories have no case, as the types github and bitbucket say of them. */
const CASELESS_HOSTS = new Set(["github", "github.com", "bitbucket", "bitbucket.org"]);

/** MLflow servers whose model names have no case. */
const DATABRICKS = /^(?:https?:[/][/])?[^/]*\.(?:azuredatabricks\.net|databricks\.com)(?:[:/]|$)/;

/** The parts that a type's rules change, in the form in which they are written and compared. */
export const normalizeParts = (
  type: string,
  parts: Pick<Purl, "namespace" | "name" | "version" | "qualifiers">,
): Pick<Purl, "namespace" | "name" | "version"> => {
  const { lower, lowerVersion } = purlTypeRule(type);
  let { namespace, name, version } = parts;
  if (lower === "both" || lower === "namespace") namespace = namespace?.toLowerCase() ?? null;
  if (lower === "both" || lower === "name") name = name.toLowerCase();
  if (lowerVersion) version = version?.toLowerCase() ?? null;
  if (type === "pypi") name = name.replaceAll(/[-_.]+/g, "-");
  if (type === "pub") name = name.replaceAll("-", "_");
  if (type === "mlflow" && DATABRICKS.test(parts.qualifiers["repository_url"] ?? "")) name = name.toLowerCase();
  if (type === "git" && CASELESS_HOSTS.has(namespace?.toLowerCase() ?? "")) {
    namespace = namespace!.toLowerCase();
    name = name.toLowerCase();
  }
  return { namespace, name, version };
};
