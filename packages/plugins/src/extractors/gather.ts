import { AppError, componentTexts, messageOf } from "@zerotrace/core";
import type { Component } from "@zerotrace/core";
import type { Extraction, OsRelease } from "./extractor.ts";

/** Problems kept per source (count); more say nothing new. */
export const MAX_PROBLEMS = 20;
/** Components of one source (count). The largest real hosts have about 10,000. */
export const MAX_COMPONENTS = 200_000;
/** Length of one name, version or architecture (UTF-16 units). */
export const MAX_FIELD_CHARS = 512;
const MAX_PROBLEM_CHARS = 200;

/** Takes what an extractor reads and gives it back deduplicated, sorted and within the limits. */
export interface Gathering {
  /** Keeps the component, or notes a problem when a field is missing, too long or holds spaces or control characters. */
  readonly add: (component: Component) => void;
  readonly problem: (text: string) => void;
  /** Notes that `path` could not be read; a home that is closed to this user leaves the source read in part, not unreadable. */
  readonly unread: (path: string, error: unknown) => void;
  /** Throws AppError UNREADABLE when nothing could be read although something was there. */
  readonly finish: () => Extraction;
}

/** A new gathering for the source that `title` names in error texts. Throws AppError UNREADABLE over MAX_COMPONENTS. */
export const gather = (title: string): Gathering => {
  const byKey = new Map<string, Component>();
  const problems: string[] = [];
  const leftOut: string[] = [];
  const problem = (text: string): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(printable(text));
  };
  return {
    add: (component) => {
      const fault = faultOf(component);
      if (fault !== null) return problem(`${component.name || "an entry without a name"}: ${fault}`);
      byKey.set(canonicalLine(component), component);
      if (byKey.size > MAX_COMPONENTS) {
        throw new AppError("UNREADABLE", `${title} lists more than ${MAX_COMPONENTS} packages; it is not read.`);
      }
    },
    problem,
    unread: (path, error) => {
      if (!isClosedHome(path, error)) return problem(messageOf(error));
      if (leftOut.length < MAX_PROBLEMS) leftOut.push(printable(`Read in part: ${messageOf(error)}`));
    },
    finish: () => {
      if (byKey.size === 0 && problems.length > 0) {
        throw new AppError("UNREADABLE", `No entry of ${title} could be read: ${problems[0]}`);
      }
      const told = [...problems.sort(), ...leftOut.sort()].slice(0, MAX_PROBLEMS);
      return { components: [...byKey.values()].sort(compareComponents), problems: told };
    },
  };
};

const HOME = /^\/(?:root|home)(?:\/|$)/;

/** Whether this user may not look into a home, which is as it should be. */
const isClosedHome = (path: string, error: unknown): boolean => {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code;
  return HOME.test(path) && (code === "EACCES" || code === "EPERM");
};

/** One line that two components share exactly when all their fields are equal. */
export const canonicalLine = (c: Component): string => JSON.stringify(componentTexts(c));

/** Orders by ecosystem, name, version, then the remaining fields, in code units: the same on every machine. */
export const compareComponents = (a: Component, b: Component): number => {
  // What tells nearly all of them apart, without a list of the fields of each.
  const first =
    compareText(a.ecosystem, b.ecosystem) || compareText(a.name, b.name) || compareText(a.version, b.version);
  if (first !== 0) return first;
  const x = componentTexts(a);
  const y = componentTexts(b);
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const order = compareText(x[i] ?? "", y[i] ?? "");
    if (order !== 0) return order;
  }
  return 0;
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `source` only when it says something that name and version do not. */
export const withSource = (component: Component, name: string, version: string): Component =>
  name === component.name && version === component.version ? component : { ...component, source: { name, version } };

const PACKAGE_KINDS: ReadonlyMap<string, PackageKind> = new Map([
  ["Debian", "dpkg"],
  ["Ubuntu", "dpkg"],
  ["Echo", "dpkg"],
  ["Alpine", "apk"],
  ["Alpaquita", "apk"],
  ["Chainguard", "apk"],
  ["MinimOS", "apk"],
  ["Wolfi", "apk"],
]);

export type PackageKind = "dpkg" | "rpm" | "apk" | "opkg" | "pacman" | "portage";

/**
 * The ecosystem of an operating-system package. A foreign package manager (rpm on Debian) gets its own name, so that
 * its packages are shown as not covered and never judged by the advisories of a distribution that did not build them.
 */
export const osEcosystem = (os: OsRelease, kind: PackageKind): string => {
  if (os.ecosystem === "") return os.id === "" ? kind : os.id.charAt(0).toUpperCase() + os.id.slice(1);
  const own = PACKAGE_KINDS.get(os.ecosystem.split(":")[0] ?? "") ?? "rpm";
  return own === kind ? os.ecosystem : kind;
};

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const SPACE_OR_CONTROL = /[\s\u0000-\u001f\u007f-\u009f\ufffd]/;

const isUsable = (value: string): boolean =>
  value !== "" && value.length <= MAX_FIELD_CHARS && !SPACE_OR_CONTROL.test(value);

/** Why a component cannot be kept, in words; null when it can. */
export const faultOf = (c: Component): string | null => {
  // Nearly all have only these two, and a file may list a hundred thousand.
  const isShort = c.arch === undefined && c.source === undefined && c.ownedBy === undefined;
  if (isShort && isUsable(c.name) && isUsable(c.version)) return null;
  const owner = { "owner's name": c.ownedBy?.name, "owner's version": c.ownedBy?.version };
  const fields = { name: c.name, version: c.version, architecture: c.arch, source: c.source?.name, ...owner };
  for (const [label, value] of Object.entries({ ...fields, "source version": c.source?.version })) {
    if (value === undefined) continue;
    if (value === "") return `it has no ${label}`;
    if (value.length > MAX_FIELD_CHARS) return `its ${label} is longer than ${MAX_FIELD_CHARS} characters`;
    if (SPACE_OR_CONTROL.test(value)) return `its ${label} holds characters that are not allowed`;
  }
  return null;
};

/** The text without anything that a terminal would obey, cut to a bounded length. */
export const printable = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- nothing that a terminal would obey may pass
  text.slice(0, MAX_PROBLEM_CHARS).replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "?");
