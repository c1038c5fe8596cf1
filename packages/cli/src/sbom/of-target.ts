import { mergeSboms } from "@zerotrace/plugins/formats/sbom-merge";
import { sbomOfInventory } from "@zerotrace/plugins/formats/sbom-inventory";
import type { Sbom } from "@zerotrace/plugins/formats/sbom";
import type { TargetInventory } from "@zerotrace/plugins/targets/target";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { CLI_VERSION } from "../version.ts";

const TOOL = { vendor: "ZeroTrace", name: "zerotrace", version: CLI_VERSION };

/**
 * What was found in targets as one bill of materials. Its time is that of what it describes, so that the same files give the same
 * bytes: `SOURCE_DATE_EPOCH`, else when the image was made or the newest list was changed; only for a host it is `now`.
 */
export const sbomOfTargets = async (
  inventories: readonly TargetInventory[],
  { now, sourceDateEpoch }: { readonly now: Date; readonly sourceDateEpoch: string | undefined },
): Promise<Sbom> => {
  const isEpoch = sourceDateEpoch !== undefined && /^\d{1,12}$/.test(sourceDateEpoch);
  const times = isEpoch ? [new Date(Number(sourceDateEpoch) * 1000)] : await Promise.all(inventories.map(timeOf));
  const known = times.filter((time) => time !== null);
  const createdAt = (known.length === 0 ? now : new Date(Math.max(...known.map(Number)))).toISOString();
  const each = inventories.map((inventory) => sbomOfInventory(inventory, { tool: TOOL, createdAt }));
  const [only] = each;
  if (each.length === 1 && only !== undefined) return only;
  return mergeSboms(each, { name: inventories.map(({ name }) => name).join(", "), createdAt, tool: TOOL });
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
