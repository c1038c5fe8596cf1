import { AppError } from "../errors.ts";
import { normalizeParts, purlTypeRule } from "./purl-types.ts";

/** The longest package URL that is read, in characters. */
export const PURL_CHARACTERS_MAX = 4096;

/** The parts of a package URL, decoded; absent parts are null, qualifiers sorted by key. */
export interface Purl {
  readonly type: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly version: string | null;
  readonly qualifiers: Readonly<Record<string, string>>;
  readonly subpath: string | null;
}

const bad = (what: string): AppError => new AppError("BAD_REQUEST", `The package URL ${what}.`, { field: "purl" });

const TYPE = /^[a-z][a-z0-9.-]*$/;
const KEY = /^[a-z][a-z0-9._-]*$/;

/** Encodes all but letters, digits, `-._~` and the colon, as the specification demands. */
const encode = (text: string): string =>
  encodeURIComponent(text.toWellFormed())
    .replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("has a broken percent-encoding");
  }
};

const segments = (text: string): string[] => text.split("/").filter((part) => part !== "");

/**
 * How strictly a package URL is read or written. `strict` is the specification: keys of qualifiers in lower case, and what
 * a type demands (julia its uuid, swift a namespace, cargo none). `lenient` takes what other tools write.
 */
export type PurlMode = "strict" | "lenient";

const parseQualifiers = (text: string, mode: PurlMode): Record<string, string> => {
  const found: [string, string][] = [];
  for (const pair of text.split("&")) {
    const equals = pair.indexOf("=");
    const written = equals < 0 ? pair : pair.slice(0, equals);
    const key = mode === "strict" ? written : written.toLowerCase();
    if (pair !== "" && !KEY.test(key)) throw bad("has a qualifier whose key is not valid");
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1));
    if (value !== "") found.push([key, value]);
  }
  if (found.length > 1) found.sort(([a], [b]) => (a < b ? -1 : 1));
  if (found.some(([key], i) => i > 0 && key === found[i - 1]![0])) throw bad("repeats a qualifier");
  return Object.fromEntries(found);
};

const cut = (text: string, at: number): [string, string | null] =>
  at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];

const trimSlashes = (text: string): string => {
  let from = 0;
  let to = text.length;
  while (from < to && text[from] === "/") from++;
  while (to > from && text[to - 1] === "/") to--;
  return text.slice(from, to);
};

/** Subpaths without empty, `.` and `..` segments; null when nothing is left. */
const subpathOf = (parts: readonly string[]): string | null =>
  parts.filter((part) => part !== "" && part !== "." && part !== "..").join("/") || null;

/** The purl as its type writes it. Throws BAD_REQUEST for what the type forbids, in strict mode. */
const checked = (purl: Purl, mode: PurlMode): Purl => {
  const normal = { ...purl, ...normalizeParts(purl.type, purl) };
  if (mode === "lenient") return normal;
  const { namespace, wrong } = purlTypeRule(purl.type);
  if (namespace === "required" && normal.namespace === null) throw bad(`of type ${purl.type} needs a namespace`);
  if (namespace === "prohibited" && normal.namespace !== null) throw bad(`of type ${purl.type} can have no namespace`);
  const reason = wrong?.(normal) ?? null;
  if (reason !== null) throw bad(`of type ${purl.type} ${reason}`);
  return normal;
};

/** Reads a package URL by the purl specification. Throws BAD_REQUEST (field `purl`) saying what is wrong. */
export const parsePurl = (text: string, mode: PurlMode = "strict"): Purl => {
  if (text.length > PURL_CHARACTERS_MAX) throw bad(`is longer than ${PURL_CHARACTERS_MAX} characters`);
  if (text.slice(0, 4).toLowerCase() !== "pkg:") throw bad("must start with pkg:");
  const [beforeSubpath, rawSubpath] = cut(text.slice(4), text.lastIndexOf("#") - 4);
  const [beforeQualifiers, rawQualifiers] = cut(beforeSubpath, beforeSubpath.indexOf("?"));
  const trimmed = trimSlashes(beforeQualifiers);
  const slash = trimmed.indexOf("/");
  if (slash < 0) throw bad("needs a type and a name");
  const type = trimmed.slice(0, slash).toLowerCase();
  if (!TYPE.test(type)) throw bad("has a type that is not valid");
  const path = trimmed.slice(slash + 1);
  // A scope such as @angular may stand unencoded: the version's @ is the last one and no slash follows it.
  const at = path.lastIndexOf("@");
  const [named, rawVersion] = cut(path, type === "npm" && path.slice(at).includes("/") ? -1 : at);
  if (named === "" || named.endsWith("/")) throw bad("has no name");
  const parts = segments(named).map(decode);
  // The name of a git repository is its whole path on the host.
  const name = type === "git" && parts.length > 1 ? parts.splice(1).join("/") : parts.pop();
  if (name === undefined || name === "") throw bad("has no name");
  const version = rawVersion === null || rawVersion === "" ? null : decode(rawVersion);
  return checked(
    {
      type,
      namespace: parts.length === 0 ? null : parts.join("/"),
      name,
      version,
      qualifiers: rawQualifiers === null ? {} : parseQualifiers(rawQualifiers, mode),
      subpath: rawSubpath === null ? null : subpathOf(segments(rawSubpath).map(decode)),
    },
    mode,
  );
};

const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

/** Writes a package URL in canonical form. Throws BAD_REQUEST for a type, name or qualifier key that is not valid. */
export const formatPurl = (purl: Purl, mode: PurlMode = "strict"): string => {
  if (!isText(purl.type) || !TYPE.test(purl.type.toLowerCase())) throw bad("has a type that is not valid");
  if (!isText(purl.name)) throw bad("has no name");
  const type = purl.type.toLowerCase();
  const { namespace, name, version, qualifiers, subpath } = checked(
    { ...purl, type, namespace: purl.namespace || null },
    mode,
  );
  const pairs = Object.entries(qualifiers)
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.some(([key]) => !KEY.test(key))) throw bad("has a qualifier whose key is not valid");
  const path = subpath ? subpathOf(subpath.split("/")) : null;
  return [
    `pkg:${type}/`,
    ...segments(namespace ?? "").map((part) => `${encode(part)}/`),
    type === "git" ? segments(name).map(encode).join("/") : encode(name),
    version ? `@${encode(version)}` : "",
    pairs.length > 0 ? `?${pairs.map(([key, value]) => `${key}=${encode(value)}`).join("&")}` : "",
    path === null ? "" : `#${path.split("/").map(encode).join("/")}`,
  ].join("");
};

/** The canonical spelling of a package URL, also of one whose qualifier keys are not in lower case. Throws as `parsePurl`. */
export const canonicalPurl = (text: string): string => formatPurl(parsePurl(text, "lenient"));
