import { baseEcosystem } from "@zerotrace/core";

/** Names as their registries take them: none of them can be an option, an address or a path to the outside. */
const NAMES: Readonly<Record<string, RegExp>> = {
  "crates.io": /^[A-Za-z0-9_][\w-]*$/,
  Go: /^[A-Za-z0-9][\w.~+/-]*$/,
  Maven: /^[A-Za-z0-9_][\w.-]*:[A-Za-z0-9_][\w.-]*$/,
  npm: /^(?:@[A-Za-z0-9~_][\w.~-]*\/)?[A-Za-z0-9~_][\w.~-]*$/,
  NuGet: /^[A-Za-z0-9_][\w.-]*$/,
  Packagist: /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/,
  PyPI: /^[A-Za-z0-9][\w.-]*$/,
  RubyGems: /^[A-Za-z0-9_][\w.-]*$/,
};
/** Of system packages. */
const OTHER_NAME = /^[A-Za-z0-9_][\w.+:-]*$/;
const VERSION = /^[vV]?\d[\w.+~!:-]*$/;
const MAX_CHARS = 256;

/** Whether a command may be made of this name and version: lockfiles may hold any text. */
export const isSafe = (ecosystem: string, name: string, version: string): boolean =>
  name.length <= MAX_CHARS &&
  version.length <= MAX_CHARS &&
  !name.includes("..") &&
  (NAMES[baseEcosystem(ecosystem)] ?? OTHER_NAME).test(name) &&
  VERSION.test(version);

const PLAIN = /^[\w@%+=:,./^~-]+$/;

/** A command as a person types it in a POSIX shell; control characters are shown as `?`. */
export const commandText = (program: string, args: readonly string[]): string =>
  [program, ...args]
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    .map((word) => word.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?"))
    .map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(" ");
