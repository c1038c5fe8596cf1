import { purlOf } from "@zerotrace/core";
import type { FoundPackage } from "../extractors/file-extractor.ts";
import { purlOfFound } from "../extractors/found-words.ts";
import { canonicalLine } from "../extractors/gather.ts";
import type { Place, TargetInventory, TargetKind } from "../targets/target.ts";
import { newComponent, newSbom, type Sbom, type SbomComponent, type SbomDependency, type SbomTool } from "./sbom.ts";
import { unitedComponent } from "./sbom-unite.ts";

/** What a bill of materials says of how it was made. */
export interface SbomHead {
  readonly tool: SbomTool;
  /** ISO; empty: it is not said. Never of a clock where the same bytes are wanted. */
  readonly createdAt: string;
  /** The serial number or namespace; empty: it is made of the content. */
  readonly id?: string;
}

const TYPE_OF_TARGET: Readonly<Record<TargetKind, string>> = {
  folder: "application",
  file: "application",
  sbom: "application",
  root: "operating-system",
  host: "operating-system",
  image: "container",
};

/** The ref of the component that is the target itself. No purl begins like it. */
const TARGET_REF = "target";

const subjectOf = ({ name, kind, image }: TargetInventory): SbomComponent => ({
  ...newComponent(TARGET_REF, name === "" ? "unnamed" : name),
  type: TYPE_OF_TARGET[kind],
  version: image?.digest || image?.id || "",
});

const ownerOf = ({ component: { ownedBy } }: FoundPackage): string => (ownedBy === undefined ? "" : purlOf(ownedBy));

const componentOf = (found: FoundPackage, place: Place, layers: readonly string[], ref: string): SbomComponent => {
  const { component, concludedLicense = "" } = found;
  const purl = purlOfFound(found);
  return {
    ...newComponent(ref, component.name),
    version: component.version,
    purl,
    declaredLicenses: found.license === undefined || found.license === "" ? [] : [found.license],
    concludedLicenses: concludedLicense === "" ? [] : [concludedLicense],
    places: [
      {
        path: place.path,
        line: found.line ?? 0,
        inside: found.inside ?? "",
        layer: place.layer === undefined ? "" : (layers[place.layer] ?? ""),
      },
    ],
    isDirect: found.isDirect ?? null,
    isDev: found.isDev ?? null,
    ownedBy: ownerOf(found),
  };
};

interface Gathered {
  readonly byRef: Map<string, SbomComponent>;
  readonly needs: Map<string, Set<string>>;
  /** The ref of each component by all that tells it from others. */
  readonly refs: Map<string, string>;
}

/** Its purl; for a second component with the same one, which only its owner tells apart, the purl and a number. */
const refOf = (found: FoundPackage, { refs, byRef }: Gathered): string => {
  const { component } = found;
  const line = `${canonicalLine(component)}\0${found.purl ?? ""}`;
  const known = refs.get(line);
  if (known !== undefined) return known;
  const purl = purlOfFound(found) || `${component.name}@${component.version}`;
  let ref = purl;
  for (let number = 2; byRef.has(ref) || ref === TARGET_REF; number += 1) ref = `${purl}|${number}`;
  refs.set(line, ref);
  return ref;
};

const addPlace = (place: Place, layers: readonly string[], gathered: Gathered): void => {
  const { byRef, needs } = gathered;
  const refs = place.packages.map((found) => {
    const ref = refOf(found, gathered);
    const own = componentOf(found, place, layers, ref);
    const known = byRef.get(ref);
    byRef.set(ref, known === undefined ? own : unitedComponent(known, own));
    return ref;
  });
  place.packages.forEach(({ dependsOn }, i) => {
    if (dependsOn === undefined) return;
    const known = needs.get(refs[i]!) ?? new Set();
    needs.set(refs[i]!, known);
    for (const at of dependsOn) known.add(refs[at]!);
  });
};

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const dependenciesOf = (
  needs: ReadonlyMap<string, ReadonlySet<string>>,
  components: readonly SbomComponent[],
): SbomDependency[] => {
  const known = [...needs].map(([ref, needed]) => ({ ref, dependsOn: [...needed].sort(compareText) }));
  const direct = components.filter(({ isDirect }) => isDirect === true).map(({ ref }) => ref);
  const own = direct.length === 0 ? [] : [{ ref: TARGET_REF, dependsOn: direct }];
  return [...own, ...known.sort((a, b) => compareText(a.ref, b.ref))];
};

/**
 * What was found in a target as a bill of materials: one component for each distinct one, sorted by purl, with all its places;
 * the graphs of its files are joined. The target itself is the subject and needs what is direct. Nothing is random: the same
 * inventory gives the same document.
 */
export const sbomOfInventory = (inventory: TargetInventory, head: SbomHead): Sbom => {
  const gathered: Gathered = { byRef: new Map(), needs: new Map(), refs: new Map() };
  const layers = inventory.image?.layers.map(({ diffId }) => diffId) ?? [];
  for (const place of inventory.places) addPlace(place, layers, gathered);
  const components = [...gathered.byRef.values()].sort((a, b) => compareText(a.ref, b.ref));
  return {
    ...newSbom({ format: "scan", version: "" }),
    id: head.id ?? "",
    name: inventory.name === "" ? "unnamed" : inventory.name,
    createdAt: head.createdAt,
    tools: [head.tool],
    subject: TARGET_REF,
    components: [subjectOf(inventory), ...components],
    dependencies: dependenciesOf(gathered.needs, components),
    problems: inventory.problems,
  };
};
