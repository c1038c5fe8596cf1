/** A Go module's version as OSV writes it: without the `v`; empty for `(devel)`. */
export const goVersion = (version: string): string =>
  version === "(devel)" ? "" : version.startsWith("v") ? version.slice(1) : version;

const TOOLCHAIN = /^(?:go)?(\d{1,9}\.\d{1,9})(\.\d{1,9})?(?:(rc|beta)(\d{1,9}))?(?:[^\w.].*)?$/;

/**
 * The version of Go's standard library that a toolchain brings, as OSV writes it: `go1.22.3` is 1.22.3, `go1.23rc1` is
 * 1.23.0-rc.1. Empty when the text names no release, as with `devel`.
 */
export const stdlibVersion = (toolchain: string): string => {
  const found = TOOLCHAIN.exec(toolchain);
  if (found === null) return "";
  const [, minor, patch, stage, count] = found;
  return stage === undefined ? `${minor}${patch ?? ""}` : `${minor}${patch ?? ".0"}-${stage}.${count}`;
};
