/** Archives of Ubuntu Pro that rebuild packages of a release, by the order in which they speak of a build made for them. */
const FIPS = ["Pro:FIPS-updates:", "Pro:FIPS:", "Pro:FIPS-preview:"] as const;
const PRO = "Pro:";
const REALTIME = "Pro:Realtime:";

const UBUNTU = /^Ubuntu:(Pro:)?(\d[^:]*)$/;
const RED_HAT = /^Red Hat:(\d+)$/;
/** Minor releases that are looked for (count); Red Hat made 10 of 8. */
const MINORS_MAX = 11;

/**
 * Other ecosystems of the same release, in which a distribution keeps apart what is mended for those who pay for it:
 * `Ubuntu:Pro:22.04` of `Ubuntu:22.04`, `Red Hat:9.2` (extended support of one minor release) of `Red Hat:9`. Canonical spelling;
 * empty where there are none. Which of them speak of a version says `editionRank`.
 */
export const editionsOf = (ecosystem: string): readonly string[] => {
  const ubuntu = UBUNTU.exec(ecosystem);
  if (ubuntu) {
    const own = ubuntu[1] === undefined ? PRO : "";
    return [own, REALTIME, ...FIPS].map((edition) => `Ubuntu:${edition}${ubuntu[2]}`);
  }
  const redHat = RED_HAT.exec(ecosystem);
  return redHat ? Array.from({ length: MINORS_MAX }, (_, minor) => `Red Hat:${redHat[1]}.${minor}`) : [];
};

/** Of an edition that says nothing of a version. */
export const SILENT = -1;

/** The place of one edition among those that may speak, by the package's name and version. */
export type EditionRank = (name: string, version: string) => number;

const ubuntuRank = (host: string, edition: string): EditionRank => {
  const kind = edition.slice("Ubuntu:".length, edition.lastIndexOf(":") + 1);
  const fips = (FIPS as readonly string[]).indexOf(kind);
  // A FIPS build goes by another number than the same package of the release.
  if (fips >= 0) return (name, version) => (/fips/i.test(version) || name.includes("fips") ? fips : SILENT);
  if (kind === REALTIME) return (name) => (name.includes("realtime") ? 6 : SILENT);
  const isProHost = host.startsWith("Ubuntu:Pro:");
  const [first, second] = kind === PRO ? [4, 5] : [5, 4];
  return (_, version) => (isProHost || /esm\d/.test(version) ? first : second);
};

/**
 * The place of an applicable ecosystem among those that may speak of a version; the lowest that knows a weakness of the package speaks of
 * it, `SILENT` never does. An ESM build and a host with Ubuntu Pro are judged by Pro's word first, all else by the release's own;
 * a build of a minor release of Red Hat (`.el9_2`) by that release's first.
 */
export const editionRank = (host: string, edition: string): EditionRank => {
  if (!edition.includes(":")) return () => 9;
  if (edition.startsWith("Ubuntu:")) return ubuntuRank(host, edition);
  const minor = /^Red Hat:(\d+)\.(\d+)$/.exec(edition);
  if (minor === null || edition === host) return () => 4;
  const builds = new RegExp(`\\.el${minor[1]}_${minor[2]}(?!\\d)`);
  return (_, version) => (builds.test(version) ? 0 : SILENT);
};

const NEEDS = "fix needs ";

/** The urgency of records whose fix is not for everybody: `fix needs Ubuntu Pro`; empty for others. `ecosystem` is that of the record. */
export const fixUrgency = (ecosystem: string): string =>
  ecosystem.startsWith("Ubuntu:Pro:") ? `${NEEDS}Ubuntu Pro` : "";

/** What a fix needs that is not for everybody, `Ubuntu Pro`, by the urgency beside it; empty: nothing. */
export const fixNeeds = (urgency: string): string => (urgency.startsWith(NEEDS) ? urgency.slice(NEEDS.length) : "");
