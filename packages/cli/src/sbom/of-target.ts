import { mergeSboms } from "@zerotrace/plugins/formats/sbom-merge";
import { sbomOfInventory } from "@zerotrace/plugins/formats/sbom-inventory";
import type { Sbom } from "@zerotrace/plugins/formats/sbom";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CLI_VERSION } from "../version.ts";

const TOOL = { vendor: "ZeroTrace", name: "zerotrace", version: CLI_VERSION };

export interface SbomOptions {
  readonly now: Date;
  readonly sourceDateEpoch: string | undefined;
  /** False: what is needed only to develop is left out. */
  readonly isDevKept: boolean;
  /** Reads the document in a file. */
  readonly read: (path: string) => Promise<Sbom>;
}

/**
 * What was found in targets as one bill of materials. Its time is that of what it describes, so that the same files give the same
 * bytes: `SOURCE_DATE_EPOCH`, else when the image was made or the newest list was changed; only for a host it is `now`. A target that is a
 * bill of materials gives all that it says, not only what a scan needs of it.
 */
export const sbomOfTargets = async (
  inventories: readonly TargetInventory[],
  { now, sourceDateEpoch, isDevKept, read }: SbomOptions,
): Promise<Sbom> => {
  const isEpoch = sourceDateEpoch !== undefined && /^\d{1,12}$/.test(sourceDateEpoch);
  const times = isEpoch ? [new Date(Number(sourceDateEpoch) * 1000)] : await Promise.all(inventories.map(timeOf));
  const known = times.filter((time) => time !== null);
  const createdAt = (known.length === 0 ? now : new Date(Math.max(...known.map(Number)))).toISOString();
  const each: Sbom[] = [];
  for (const inventory of inventories) {
    const document = documentOf(inventory);
    if (document === null) each.push(sbomOfInventory(inventory, { tool: TOOL, createdAt }));
    else each.push(ownWords(await read(document), createdAt, isDevKept));
  }
  const [only] = each;
  if (each.length === 1 && only !== undefined) return only;
  return mergeSboms(each, { name: inventories.map(({ name }) => name).join(", "), createdAt, tool: TOOL });
};

/** Where the document lies that a target is; null for every other target. */
const documentOf = ({ kind, root, places: [place] }: TargetInventory): string | null =>
  kind === "sbom" && root !== undefined && place !== undefined ? join(root, place.path) : null;

/** A document keeps all that it says: an inventory would hold what a scan needs of it. */
const ownWords = (read: Sbom, fileAt: string, isDevKept: boolean): Sbom => {
  const document = { ...read, createdAt: read.createdAt || fileAt, tools: [...read.tools, TOOL] };
  if (isDevKept) return document;
  const left = new Set(document.components.filter(({ isDev }) => isDev === true).map(({ ref }) => ref));
  return {
    ...document,
    components: document.components
      .filter(({ ref }) => !left.has(ref))
      .map((one) => (left.has(one.parent) ? { ...one, parent: "" } : one)),
    dependencies: document.dependencies
      .filter(({ ref }) => !left.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => !left.has(one)) })),
    vulnerabilities: document.vulnerabilities.map((one) => ({
      ...one,
      affects: one.affects.filter(({ ref }) => !left.has(ref)),
    })),
  };
};

const timeOf = async ({ kind, root, image, places }: TargetInventory): Promise<Date | null> => {
  if (image?.createdAt) return new Date(image.createdAt);
  if (kind === "host" || root === undefined) return null;
  const times = await Promise.all(
    places.map(({ path }) =>
      stat(join(root, path)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const newest = times.reduce((a, b) => Math.max(a, b), 0);
  return newest === 0 ? null : new Date(newest);
};
