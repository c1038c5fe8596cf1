import { AppError, type Component, componentOfPurl, formatPurl, isRpmJudgedBySource, parsePurl } from "@zerotrace/core";
import type { FoundPackage } from "../extractors/file-extractor.ts";
import { gatherPackages, type PackageGathering } from "../extractors/gather-packages.ts";
import { licenseKind } from "./sbom-license.ts";
import type { Sbom, SbomComponent, SbomPlace } from "./sbom.ts";

/** A component that no advisory can be found for, and why. */
export interface NotJudged {
  readonly ref: string;
  readonly name: string;
  readonly version: string;
  readonly reason: string;
}

/** What a bill of materials holds, as a scan has it. */
export interface SbomPackages {
  /** One of each component, sorted. */
  readonly packages: readonly FoundPackage[];
  /** In the order of the document. The subject is not among them. */
  readonly notJudged: readonly NotJudged[];
  readonly problems: readonly string[];
}

/** The operating system that a document lists, as qualifiers of purls name it: `debian-11`. */
const distroOf = ({ components }: Sbom): string => {
  const systems = components.filter(({ type, version }) => type === "operating-system" && version !== "");
  const [only] = systems;
  return systems.length === 1 && only !== undefined ? `${only.name.toLowerCase()}-${only.version}` : "";
};

/** Old versions of Syft wrote Alpine's packages as a type of their own. */
const spelled = (purl: string): string =>
  purl.replace(/^pkg:alpine\/(?!alpine\/)/, "pkg:apk/alpine/").replace(/^pkg:alpine\//, "pkg:apk/");

const SYSTEM_TYPES = new Set(["alpm", "apk", "deb", "rpm"]);

const completed = (text: string, version: string, distro: string): string => {
  const purl = parsePurl(text, "lenient");
  const needsDistro = distro !== "" && SYSTEM_TYPES.has(purl.type) && purl.qualifiers["distro"] === undefined;
  if (!needsDistro && (purl.version !== null || version === "")) return text;
  const qualifiers = needsDistro ? { ...purl.qualifiers, distro } : purl.qualifiers;
  return formatPurl({ ...purl, version: purl.version ?? (version || null), qualifiers }, "lenient");
};

const judgedOf = (purl: string): Component["ownedBy"] => {
  const { ecosystem, name, version, source } = componentOfPurl(purl);
  return { ecosystem, name: source?.name ?? name, version: source?.version ?? version };
};

/** The source package as Trivy tells it, where advisories speak of it. */
const withTrivySource = (component: Component, { purl, properties }: SbomComponent): Component => {
  const said = (field: string): string =>
    properties.find(({ name }) => name === `aquasecurity:trivy:${field}`)?.value ?? "";
  const [name, version, release, epoch] = [said("SrcName"), said("SrcVersion"), said("SrcRelease"), said("SrcEpoch")];
  const isJudged = purl.startsWith("pkg:rpm/")
    ? isRpmJudgedBySource(component.ecosystem)
    : /^pkg:(?:apk|deb)\//.test(purl);
  if (!isJudged || component.source !== undefined || name === "" || version === "") return component;
  const full = `${/^[1-9]\d*$/.test(epoch) ? `${epoch}:` : ""}${version}${release === "" ? "" : `-${release}`}`;
  if (name === component.name && full === component.version) return component;
  return { ...component, source: { name, version: full } };
};

/** The component that an entry means; a text when nothing can be found for it. */
const componentOf = (entry: SbomComponent, distro: string): Component | string => {
  if (entry.purl === "") return entry.cpes.length > 0 ? "it has a CPE and no package URL" : "it has no package URL";
  try {
    const component = withTrivySource(componentOfPurl(completed(spelled(entry.purl), entry.version, distro)), entry);
    return entry.ownedBy === "" ? component : { ...component, ownedBy: judgedOf(entry.ownedBy)! };
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
};

const licenseOf = (licenses: readonly string[]): string | undefined => {
  if (licenses.length <= 1) return licenses[0];
  return licenses
    .map((text) => (licenseKind(text) === "expression" && /\s(?:OR|or)\s/.test(text) ? `(${text})` : text))
    .join(" AND ");
};

const insideOf = ({ path, inside }: SbomPlace): string => (inside === "" ? path : `${path}!/${inside}`);

const add = (
  gathering: PackageGathering,
  entry: SbomComponent,
  component: Component,
  { links, purl }: { readonly links: Links; readonly purl?: string },
): void => {
  const { needs } = links;
  const isDirect = entry.isDirect ?? links.isDirect(entry.ref);
  const license = licenseOf(entry.declaredLicenses);
  const concludedLicense = licenseOf(entry.concludedLicenses);
  const [place] = entry.places;
  const dependsOn = needs.get(entry.ref);
  gathering.add({
    component,
    key: entry.ref,
    ...(dependsOn === undefined ? {} : { dependsOn }),
    ...(isDirect === null ? {} : { isDirect }),
    ...(entry.isDev === null ? {} : { isDev: entry.isDev }),
    ...(license === undefined ? {} : { license }),
    ...(concludedLicense === undefined ? {} : { concludedLicense }),
    ...(purl === undefined ? {} : { purl }),
    ...(place === undefined ? {} : { inside: insideOf(place) }),
  });
};

/** Entries that are no packages: what a package lies in, or runs on. */
const NO_PACKAGES = new Set(["operating-system", "file", "data"]);
const NAME_MAX_CHARS = 400;
const VERSION_MAX_CHARS = 200;

/** A package that nobody speaks of, under a name of its own kind, so that it is counted as not covered; null for what is none. */
const unknownOf = ({ type, group, name, version, purl, cpes }: SbomComponent): Component | null => {
  const isPackage = purl !== "" || cpes.length > 0 || (version !== "" && !NO_PACKAGES.has(type));
  if (!isPackage || name === "") return null;
  const kind = /^pkg:([A-Za-z][\w.+-]{0,30})\//.exec(purl)?.[1]?.toLowerCase();
  const plain = (text: string, most: number): string => text.slice(0, most).replaceAll(/[^!-~\u00a1-\ufffc]+/g, "-");
  return {
    ecosystem: kind === undefined || kind === "generic" ? "Generic" : `Generic:${kind}`,
    name: plain(group === "" ? name : `${group}/${name}`, NAME_MAX_CHARS),
    version: plain(version, VERSION_MAX_CHARS),
  };
};

interface Links {
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Whether the subject needs it itself, or by way of another; null when the graph does not tell. */
  readonly isDirect: (ref: string) => boolean | null;
}

const directIn = (needs: Links["needs"], subject: string | null): Links["isDirect"] => {
  const direct = new Set(subject === null ? [] : needs.get(subject));
  const reached = new Set(direct);
  // a set grows while it is walked
  for (const ref of reached) for (const one of needs.get(ref) ?? []) reached.add(one);
  return (ref) => (direct.has(ref) ? true : reached.has(ref) ? false : null);
};

/**
 * The components of a document as packages that can be judged, through their purls; `path` names it in errors. What has no purl
 * or one of a kind that nobody speaks of is told with its reason, never left out in silence. The subject is what the document
 * is about and not one of its packages, unless it stands alone. `inside` is the first place that the document names. With `withNotJudged`
 * the packages among what cannot be judged are packages too, in an ecosystem that no source speaks of.
 * Throws AppError UNREADABLE over the limit of packages.
 */
export const packagesOfSbom = (
  sbom: Sbom,
  path: string,
  { withNotJudged = false }: { readonly withNotJudged?: boolean } = {},
): SbomPackages => {
  const gathering = gatherPackages(path);
  const distro = distroOf(sbom);
  const needs = new Map(sbom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const links: Links = { needs, isDirect: directIn(needs, sbom.subject) };
  const notJudged: NotJudged[] = [];
  const isAlone = sbom.components.length === 1;
  for (const entry of sbom.components) {
    if (entry.ref === sbom.subject && !isAlone) continue;
    const component = componentOf(entry, distro);
    if (typeof component !== "string") {
      add(gathering, entry, component, { links });
      continue;
    }
    notJudged.push({ ref: entry.ref, name: entry.name, version: entry.version, reason: component });
    const unknown = withNotJudged ? unknownOf(entry) : null;
    if (unknown !== null) add(gathering, entry, unknown, { links, purl: entry.purl });
  }
  const { packages, problems } = gathering.finish();
  return { packages, notJudged, problems };
};
