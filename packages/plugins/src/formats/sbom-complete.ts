import type { Sbom, SbomComponent } from "./sbom.ts";

/** The rules that completeness is measured by. */
export const COMPLETENESS_RULES = ["ntia", "bsi"] as const;
export type CompletenessRule = (typeof COMPLETENESS_RULES)[number];

/** One element that a rule demands. */
export interface ElementReport {
  readonly id: string;
  readonly title: string;
  readonly level: "document" | "component";
  readonly isMet: boolean;
  /** Of `total`, how many have it; of the document 0 or 1 of 1. */
  readonly have: number;
  readonly total: number;
  /** The first components that lack it, `name@version`, at most MISSING_NAMED. */
  readonly missing: readonly string[];
}

export interface CompletenessReport {
  readonly rule: CompletenessRule;
  readonly title: string;
  readonly source: string;
  readonly isMet: boolean;
  readonly elements: readonly ElementReport[];
}

/** Components named for an element that they lack (count). */
export const MISSING_NAMED = 10;

interface Element {
  readonly id: string;
  readonly title: string;
  readonly document?: (sbom: Sbom) => boolean;
  readonly component?: (component: SbomComponent, facts: Facts) => boolean;
}

interface Facts {
  readonly known: ReadonlySet<string>;
}

const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));
const isReachable = (party: Sbom["supplier"]): boolean => party !== null && (/@/.test(party.email) || party.url !== "");
const property =
  (name: string) =>
  (c: SbomComponent): boolean =>
    c.properties.some((one) => one.name === name && one.value !== "");
const hasLicense = (c: SbomComponent): boolean => c.declaredLicenses.length + c.concludedLicenses.length > 0;
const isNewEnough = ({ source: { format, version } }: Sbom): boolean =>
  format.startsWith("cyclonedx") ? Number(version.split(".")[1]) >= 6 : format === "spdx3-json" || format === "scan";

const NTIA: readonly Element[] = [
  { id: "author", title: "Author of the SBOM", document: ({ authors, tools }) => authors.length + tools.length > 0 },
  { id: "timestamp", title: "Timestamp", document: ({ createdAt }) => isTime(createdAt) },
  {
    id: "supplier",
    title: "Supplier name",
    component: (c) => (c.supplier ?? c.author)?.name !== undefined || c.publisher !== "",
  },
  { id: "name", title: "Component name", component: ({ name }) => name !== "" },
  { id: "version", title: "Version of the component", component: ({ version }) => version !== "" },
  {
    id: "identifier",
    title: "Other unique identifiers",
    component: ({ purl, cpes }) => purl !== "" || cpes.length > 0,
  },
  { id: "dependencies", title: "Dependency relationship", component: ({ ref }, { known }) => known.has(ref) },
];

const BSI: readonly Element[] = [
  { id: "format", title: "CycloneDX 1.6 or SPDX 3.0.1, or newer", document: isNewEnough },
  {
    id: "creator",
    title: "Creator of the SBOM: email address or URL",
    document: ({ authors, supplier }) => [...authors, supplier].some(isReachable),
  },
  { id: "timestamp", title: "Timestamp", document: ({ createdAt }) => isTime(createdAt) },
  {
    id: "component-creator",
    title: "Component creator: email address or URL",
    component: (c) => isReachable(c.supplier) || isReachable(c.author),
  },
  { id: "name", title: "Component name", component: ({ name }) => name !== "" },
  { id: "version", title: "Component version", component: ({ version }) => version !== "" },
  {
    id: "filename",
    title: "Filename of the component",
    component: (c) => property("bsi:component:filename")(c) || c.places.some(({ path }) => path !== ""),
  },
  {
    id: "dependencies",
    title: "Dependencies on other components",
    component: ({ ref }, { known }) => known.has(ref),
  },
  { id: "licenses", title: "Distribution licenses", component: hasLicense },
  {
    id: "hash",
    title: "SHA-512 of the deployable component",
    component: ({ hashes }) => hashes.some(({ algorithm }) => algorithm === "SHA-512"),
  },
  { id: "executable", title: "Executable property", component: property("bsi:component:executable") },
  { id: "archive", title: "Archive property", component: property("bsi:component:archive") },
  { id: "structured", title: "Structured property", component: property("bsi:component:structured") },
];

const RULES: Readonly<Record<CompletenessRule, { title: string; source: string; elements: readonly Element[] }>> = {
  ntia: {
    title: "NTIA minimum elements",
    source: "https://www.ntia.gov/report/2021/minimum-elements-software-bill-materials-sbom",
    elements: NTIA,
  },
  bsi: {
    title: "BSI TR-03183-2, required fields",
    source: "https://www.bsi.bund.de/dok/TR-03183",
    elements: BSI,
  },
};

const nameOf = ({ group, name, version, ref }: SbomComponent): string =>
  `${group === "" ? "" : `${group}/`}${name || ref}${version === "" ? "" : `@${version}`}`;

const reportOf = (element: Element, sbom: Sbom, facts: Facts): ElementReport => {
  const { id, title, document, component } = element;
  if (document !== undefined) {
    const isMet = document(sbom);
    return { id, title, level: "document", isMet, have: isMet ? 1 : 0, total: 1, missing: [] };
  }
  const missing: string[] = [];
  let have = 0;
  for (const one of sbom.components) {
    if (component?.(one, facts) === true) have += 1;
    else if (missing.length < MISSING_NAMED) missing.push(nameOf(one));
  }
  const total = sbom.components.length;
  return { id, title, level: "component", isMet: total > 0 && have === total, have, total, missing };
};

/**
 * What a document has of the elements that a rule demands. A component's dependencies are told when the graph has an entry for
 * it, an empty one too, or when something needs it. The subject counts as a component.
 */
export const completenessOf = (sbom: Sbom, rule: CompletenessRule): CompletenessReport => {
  const known = new Set(sbom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]));
  const { title, source, elements } = RULES[rule];
  const reports = elements.map((element) => reportOf(element, sbom, { known }));
  return { rule, title, source, isMet: reports.every(({ isMet }) => isMet), elements: reports };
};
