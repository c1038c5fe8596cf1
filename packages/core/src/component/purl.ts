import { AppError } from "../errors.ts";

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

/** Types whose namespace and name, or name alone, have no case. */
const LOWER_BOTH = new Set(["alpm", "apk", "bitbucket", "brew", "composer", "deb", "github", "hex", "pypi", "qpkg"]);
const LOWER_NAME = new Set(["bitnami", "oci", "pub"]);
const LOWER_NAMESPACE = new Set(["rpm"]);

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

const nameOf = (type: string, name: string): string => {
  const cased = LOWER_BOTH.has(type) || LOWER_NAME.has(type) ? name.toLowerCase() : name;
  return type === "pypi" ? cased.replaceAll("_", "-") : cased;
};

const namespaceOf = (type: string, namespace: string): string =>
  LOWER_BOTH.has(type) || LOWER_NAMESPACE.has(type) ? namespace.toLowerCase() : namespace;

const segments = (text: string): string[] => text.split("/").filter((part) => part !== "");

const parseQualifiers = (text: string): Record<string, string> => {
  const found: [string, string][] = [];
  for (const pair of text.split("&")) {
    const equals = pair.indexOf("=");
    const key = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (pair !== "" && !KEY.test(key)) throw bad("has a qualifier whose key is not valid");
    const value = equals < 0 ? "" : decode(pair.slice(equals + 1));
    if (value !== "") found.push([key, value]);
  }
  const sorted = found.sort(([a], [b]) => (a < b ? -1 : 1));
  if (new Set(sorted.map(([key]) => key)).size !== sorted.length) throw bad("repeats a qualifier");
  return Object.fromEntries(sorted);
};

const cut = (text: string, at: number): [string, string | null] =>
  at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];

/** Reads a package URL by the purl specification. Throws BAD_REQUEST (field `purl`) saying what is wrong. */
export const parsePurl = (text: string): Purl => {
  if (text.length > PURL_CHARACTERS_MAX) throw bad(`is longer than ${PURL_CHARACTERS_MAX} characters`);
  if (!/^pkg:/i.test(text)) throw bad("must start with pkg:");
  const [beforeSubpath, rawSubpath] = cut(text.slice(4), text.slice(4).lastIndexOf("#"));
  const [beforeQualifiers, rawQualifiers] = cut(beforeSubpath, beforeSubpath.indexOf("?"));
  const trimmed = beforeQualifiers.replace(/^\/+/, "").replace(/\/+$/, "");
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
  const name = parts.pop();
  if (name === undefined || name === "") throw bad("has no name");
  const version = rawVersion === null || rawVersion === "" ? null : decode(rawVersion);
  const subpath = segments(rawSubpath ?? "")
    .map(decode)
    .filter((part) => part !== "." && part !== "..");
  return {
    type,
    namespace: parts.length === 0 ? null : namespaceOf(type, parts.join("/")),
    name: nameOf(type, name),
    version: version !== null && type === "oci" ? version.toLowerCase() : version,
    qualifiers: rawQualifiers === null ? {} : parseQualifiers(rawQualifiers),
    subpath: subpath.length === 0 ? null : subpath.join("/"),
  };
};

/** Writes a package URL in canonical form. Throws BAD_REQUEST for a type, name or qualifier key that is not valid. */
export const formatPurl = (purl: Purl): string => {
  const type = purl.type.toLowerCase();
  if (!TYPE.test(type)) throw bad("has a type that is not valid");
  if (purl.name === "") throw bad("has no name");
  const namespace = purl.namespace ? segments(namespaceOf(type, purl.namespace)).map(encode).join("/") : "";
  const pairs = Object.entries(purl.qualifiers)
    .map(([key, value]) => [key.toLowerCase(), value] as const)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (pairs.some(([key]) => !KEY.test(key))) throw bad("has a qualifier whose key is not valid");
  const subpath = segments(purl.subpath ?? "")
    .filter((part) => part !== "." && part !== "..")
    .map(encode)
    .join("/");
  return [
    `pkg:${type}/`,
    namespace && `${namespace}/`,
    encode(nameOf(type, purl.name)),
    purl.version ? `@${encode(purl.version)}` : "",
    pairs.length > 0 ? `?${pairs.map(([key, value]) => `${key}=${encode(value)}`).join("&")}` : "",
    subpath && `#${subpath}`,
  ].join("");
};
