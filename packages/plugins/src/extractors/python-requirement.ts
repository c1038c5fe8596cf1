import { normalizeName } from "@zerotrace/core";

/** The longest requirement that is read (UTF-16 units). */
const MAX_CHARS = 8192;

/** One dependency as PEP 508 writes it. */
export interface Requirement {
  /** Normalized as PEP 503 says. */
  readonly name: string;
  /** The version of an exact pin (`==1.0`, `===1.0`); empty for ranges, addresses and `==1.*`. */
  readonly version: string;
}

const NAME = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*/;
const PIN = /^={2,3}\s*([A-Za-z0-9][A-Za-z0-9.!+_-]*)$/;

/** The requirement that a text states, null when it is none. Extras and markers are read over. */
export const parseRequirement = (text: string): Requirement | null => {
  if (text.length > MAX_CHARS) return null;
  const found = NAME.exec(text.trim());
  if (found === null) return null;
  const rest = text.trim().slice(found[0].length);
  const name = normalizePython(found[1]!);
  if (rest.startsWith("@")) return { name, version: versionOfUrl(rest) };
  if (rest !== "" && !/^[<>=!~(;]/.test(rest)) return null;
  const semicolon = rest.indexOf(";");
  return { name, version: exactVersion(semicolon < 0 ? rest : rest.slice(0, semicolon)) };
};

/** The version of a specifier list that allows one version alone; else empty. */
export const exactVersion = (specifiers: string): string => {
  const bare = specifiers.trim().replace(/^\(/, "").replace(/\)$/, "");
  const pins = bare.split(",").flatMap((one) => PIN.exec(one.trim())?.[1] ?? []);
  return pins.length === 1 ? pins[0]! : "";
};

/** PEP 503: names that differ in case or in runs of `-`, `_` and `.` are one. */
export const normalizePython = (name: string): string => normalizeName("PyPI", name);

/** The version in a wheel's file name: `https://…/name-1.0-py3-none-any.whl`. */
const WHEEL = /\/[^/-]+-(\d[^/-]*)-[^/]*\.whl(?:$|[#?;\s])/;

const versionOfUrl = (url: string): string => WHEEL.exec(url)?.[1] ?? "";
