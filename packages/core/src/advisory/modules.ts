import { baseEcosystem } from "../component/ecosystem.ts";
import type { AffectedPackage } from "./advisory.ts";

/**
 * Systems with modules: streams of one module have packages of the same names with versions of their own. So have the topics of Amazon's
 * extras, which are named alike (`extra:docker/containerd`).
 */
const MODULAR: ReadonlySet<string> = new Set(["AlmaLinux", "Amazon Linux", "Oracle Linux", "Red Hat", "Rocky Linux"]);
/** `.module_el8.9.0+`, `.module+el9.4.0+`: in the release of every package that was built for a module. */
const BUILT_FOR_MODULE = /\.module[+_]el\d/;
/** `nodejs:18` in "Important: nodejs:18 security update"; also before `/mod_http2`. */
const STREAM = /(?:^|[\s,(])([A-Za-z][\w.+-]{0,60}:[A-Za-z0-9][\w.+-]{0,60})(?=[\s,/)]|$)/g;
/** Streams that one record is read for (count). */
const STREAMS_MAX = 10;

/** Stands for the stream where a record of a module does not tell it. */
export const UNTOLD_STREAM = "?";

/** Whether packages of this ecosystem may be built for modules. */
export const hasModules = (ecosystem: string): boolean => MODULAR.has(baseEcosystem(ecosystem));

/** Whether a version is of a package that was built for a module. */
export const isBuiltForModule = (version: string): boolean => BUILT_FOR_MODULE.test(version);

/** `nodejs:18/npm` -> `npm`; null for a name without a stream. */
export const nameInModule = (name: string): string | null => {
  const slash = name.lastIndexOf("/");
  return slash > 0 && (name.startsWith(`${UNTOLD_STREAM}/`) || name.lastIndexOf(":", slash) > 0)
    ? name.slice(slash + 1)
    : null;
};

/** The names under which records decide on a package: its own, and of a module's package that of records which do not tell their stream. */
export const decidingNames = (ecosystem: string, name: string): readonly string[] => {
  const tail = hasModules(ecosystem) ? nameInModule(name) : null;
  return tail === null ? [name] : [name, `${UNTOLD_STREAM}/${tail}`];
};

/** The streams that a record's summary names. */
export const streamsIn = (summary: string): string[] =>
  [...new Set(Array.from(summary.matchAll(STREAM), (found) => found[1]!))].slice(0, STREAMS_MAX);

/**
 * A package as records of modules mean it: once a stream that the summary names, `nodejs:18/npm`; under `?/npm` when it names none. One that was
 * not built for a module, or whose name tells the stream, stays as it is.
 */
export const byStream = (affected: AffectedPackage, summary: string): AffectedPackage[] => {
  if (!hasModules(affected.ecosystem) || nameInModule(affected.name) !== null) return [affected];
  const { ranges } = affected;
  const isModular = ranges.length > 0 && ranges.every(({ fixed }) => fixed !== null && isBuiltForModule(fixed));
  if (!isModular) return [affected];
  const streams = streamsIn(summary);
  return (streams.length > 0 ? streams : [UNTOLD_STREAM]).map((stream) => ({
    ...affected,
    name: `${stream}/${affected.name}`,
  }));
};
