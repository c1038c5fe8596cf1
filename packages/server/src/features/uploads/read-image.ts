import type { FoundPackage } from "@zerotrace/plugins/extractors/file-extractor";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { openRegistryImage } from "@zerotrace/plugins/targets/image/registry";
import { scanImage } from "@zerotrace/plugins/targets/image/scan-image";
import type { Place, TargetInventory } from "@zerotrace/plugins/targets/target";
import { guardedFetch } from "../../platform/outgoing/index.ts";
import { gatherRead, plainText } from "./packages.ts";
import { type ReadHead, type ReadOrder, type ReadPackage, SIGN_IN } from "./reading.ts";

const TEXT_MAX = 300;
/** Layers and faults of an image that are kept among its facts (count). */
const FACTS_MAX = 128;

/** Ends with the thread, whose end is what stops it. */
const NEVER = new AbortController().signal;

type ImageOrder = Extract<ReadOrder, { kind: "image" }>;

const pathOf = ({ path }: Place, { line, inside }: FoundPackage): string =>
  `${path}${line === undefined ? "" : `:${line}`}${inside === undefined ? "" : `!/${inside}`}`;

const factsOf = ({ image }: TargetInventory): Record<string, unknown> =>
  image === undefined
    ? {}
    : {
        image: {
          reference: image.reference,
          digest: image.digest,
          id: image.id,
          platform: plainText(`${image.os}/${image.architecture}`, TEXT_MAX),
          createdAt: image.createdAt,
          base: image.base,
          layers: image.layers.slice(0, FACTS_MAX).map(({ diffId, sizeBytes, createdBy, isBase }) => ({
            diffId,
            sizeBytes,
            createdBy: plainText(createdBy, TEXT_MAX),
            isBase,
          })),
          faults: image.faults.slice(0, FACTS_MAX).map(({ id, severity, says }) => ({ id, severity, says })),
        },
      };

/**
 * What is installed in an image of a registry. Only public addresses are asked, and those that the operator allows. Throws AppError
 * NOT_FOUND, UNAUTHENTICATED, BAD_REQUEST and UNREADABLE, each with what to do.
 */
export const readImage = async (
  order: ImageOrder,
  onProgress: (text: string, doneBytes: number, totalBytes: number | null) => void,
): Promise<{ head: ReadHead; packages: ReadPackage[] }> => {
  const reference = mustReference(order.reference);
  onProgress("Asking the registry", 0, null);
  const source = await openRegistryImage(reference, {
    env: { dockerConfig: order.credentialsDir, ...order.credential },
    signIn: SIGN_IN,
    ...(order.platform === undefined ? {} : { platform: order.platform }),
    fetch: guardedFetch(order.allowedHosts),
    signal: NEVER,
  });
  try {
    const inventory = await scanImage(source, {
      onProgress: ({ says, doneBytes, totalBytes }) => onProgress(says, doneBytes, totalBytes),
      signal: NEVER,
    });
    const gathered = gatherRead();
    const layers = inventory.image?.layers ?? [];
    for (const place of inventory.places) {
      if (place.status === "unreadable") gathered.problem(`${place.path} cannot be read: ${place.error ?? ""}`);
      for (const problem of place.problems) gathered.problem(`${place.path}: ${problem}`);
      for (const found of place.packages) {
        const at = found.layer ?? place.layer;
        gathered.add(found, [pathOf(place, found)], at === undefined ? "" : (layers[at]?.diffId ?? ""));
      }
    }
    for (const problem of inventory.problems) gathered.problem(problem);
    const { packages, problems, problemCount } = gathered.finish();
    const isDigest = reference.version.startsWith("sha256:");
    const head: ReadHead = {
      kind: "image",
      name: reference.text.slice(0, reference.text.length - reference.version.length - 1),
      branch: isDigest ? "" : reference.version,
      version: inventory.image?.digest || inventory.image?.id || "",
      os: inventory.os.prettyName,
      ecosystem: inventory.os.ecosystem,
      facts: factsOf(inventory),
      packageCount: packages.length,
      notJudgedCount: 0,
      problems,
      problemCount,
    };
    return { head, packages };
  } finally {
    await source.close();
  }
};
