import { parseOsRelease } from "../extractors/os-release.ts";
import type { Extracted } from "../extractors/file-extractor.ts";
import { detectSbom } from "../formats/sbom-detect.ts";
import { packagesOfSbom } from "../formats/sbom-packages.ts";
import { readSbom, unpackSbom } from "../formats/sbom-read.ts";
import type { NotJudged } from "../formats/sbom-packages.ts";
import type { TargetInventory } from "./target.ts";

/** Names of components given as examples (count). */
const NAMED_MAX = 3;

/** Bytes of the head in which an envelope says what it holds. */
const ENVELOPE_HEAD_BYTES = 1024;

/** An attestation in its envelope hides its document in base64. */
const isAttestation = (bytes: Uint8Array): boolean => {
  const head = new TextDecoder().decode(bytes.subarray(0, ENVELOPE_HEAD_BYTES));
  return /^\s*\{/.test(head) && /"payloadType"\s*:\s*"application\/vnd\.in-toto\+json"/.test(head);
};

/**
 * Whether the bytes of a file are a bill of materials, also one that is refused, or an attestation that may hold one; packed ones
 * are unpacked to see.
 */
export const isSbom = (bytes: Uint8Array): boolean => {
  const plain = unpackSbom(bytes);
  return detectSbom(plain) !== null || isAttestation(plain);
};

/** The packages of a bill of materials, also those that nobody speaks of; what cannot be judged is told with the reason. Throws AppError BAD_REQUEST for a document that is not read. */
export const extractSbom = async (bytes: Uint8Array, path: string): Promise<Extracted> => {
  const sbom = await readSbom(bytes);
  const { packages, notJudged, problems } = packagesOfSbom(sbom, path, { withNotJudged: true });
  return { packages, problems: [...sbom.problems, ...problems, ...toldOf(notJudged)] };
};

/** A bill of materials as a target. `name` is the file's. Throws AppError BAD_REQUEST for a document that is not read. */
export const scanSbom = async (bytes: Uint8Array, name: string): Promise<TargetInventory> => {
  const { packages, problems } = await extractSbom(bytes, name);
  const place = { path: name, reader: "sbom", status: "ok", packages, problems } as const;
  return { name, kind: "sbom", os: parseOsRelease(""), places: [place], problems: [] };
};

const toldOf = (notJudged: readonly NotJudged[]): string[] => {
  const byReason = new Map<string, NotJudged[]>();
  for (const one of notJudged) byReason.set(one.reason, [...(byReason.get(one.reason) ?? []), one]);
  return [...byReason].map(([reason, all]) => {
    const names = all.slice(0, NAMED_MAX).map(({ name, version }) => `${name} ${version}`.trim());
    const more = all.length > NAMED_MAX ? ` and ${all.length - NAMED_MAX} more` : "";
    return `${names.join(", ")}${more} cannot be judged: ${reason}`;
  });
};
