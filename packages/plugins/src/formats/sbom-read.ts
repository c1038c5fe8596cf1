import { messageOf } from "@zerotrace/core";
import { detectSbom, packedAs } from "./sbom-detect.ts";
import { isObject, type Json, jsonOfBytes, refused, textOf } from "./sbom-json.ts";
import { lazyJsonOfBytes } from "./sbom-lists.ts";
import { type Sbom, SBOM_LIMITS, type SbomFormatId } from "./sbom.ts";

/** A document in the shape of its format's JSON, and faults that are seen while it is brought there. */
export interface OpenedSbom {
  readonly format: SbomFormatId;
  readonly document: Json;
  /** Elements, lines and tags that stand where they must not, each with its place. */
  readonly faults: readonly string[];
}

/** The bytes of a document, unpacked. Throws BAD_REQUEST for what is too large or packed in a way that is not read. */
export const unpackSbom = (bytes: Uint8Array): Uint8Array => {
  const packed = packedAs(bytes);
  const mega = SBOM_LIMITS.sizeBytes / 1024 ** 2;
  if (packed === "bzip2" || packed === "xz") throw refused(`it is packed with ${packed}: unpack it first`);
  if (packed === null && bytes.length > SBOM_LIMITS.sizeBytes) throw refused(`it is larger than ${mega} MiB`);
  if (packed === null) return bytes;
  try {
    const options = { maxOutputLength: SBOM_LIMITS.sizeBytes };
    // Loaded here: every file that is scanned by its name is looked at by this module, and few are packed.
    const zlib = process.getBuiltinModule("node:zlib");
    return packed === "gzip" ? zlib.gunzipSync(bytes, options) : zlib.zstdDecompressSync(bytes, options);
  } catch (cause) {
    const isTooLarge = (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw refused(isTooLarge ? `it is larger than ${mega} MiB` : `it cannot be unpacked: ${messageOf(cause)}`, cause);
  }
};

/** Documents inside documents that are opened (levels): an envelope, a statement, an answer of an API. */
const WRAPPINGS_MAX = 3;

/** The document inside an attestation or an answer of GitHub's API; itself when it is in none. */
const unwrapped = (document: Json, depth = 0): Json => {
  if (depth >= WRAPPINGS_MAX) return document;
  const { predicate, sbom, payload } = document;
  if (typeof document["predicateType"] === "string" && isObject(predicate)) return unwrapped(predicate, depth + 1);
  if (isObject(sbom) && "spdxVersion" in sbom) return sbom;
  // An attestation of cosign has its document one level below.
  if (isObject(document["Data"])) return unwrapped(document["Data"], depth + 1);
  if (typeof payload === "string" && typeof document["payloadType"] === "string") {
    const inner = jsonOfBytes(Buffer.from(payload, "base64"));
    return isObject(inner) ? unwrapped(inner, depth + 1) : document;
  }
  return document;
};

const formatOf = (document: Json): SbomFormatId | null => {
  if (document["bomFormat"] !== undefined) return "cyclonedx-json";
  if (document["spdxVersion"] !== undefined) return "spdx-json";
  return JSON.stringify(document["@context"] ?? null).includes("spdx.org/rdf/") ? "spdx3-json" : null;
};

const openJson = (bytes: Uint8Array, parse: (bytes: Uint8Array) => unknown): OpenedSbom => {
  const root = parse(bytes);
  if (!isObject(root)) throw refused("it is no object");
  const document = unwrapped(root);
  const format = formatOf(document);
  if (format === null) throw refused("it is neither CycloneDX nor SPDX");
  return { format, document, faults: [] };
};

/** Opens a document by what it holds; `parse` reads its JSON. Throws BAD_REQUEST saying why it is not read. */
export const openSbom = async (
  packed: Uint8Array,
  parse: (bytes: Uint8Array) => unknown = jsonOfBytes,
): Promise<OpenedSbom> => {
  const bytes = unpackSbom(packed);
  const detected = detectSbom(bytes);
  if (detected !== null && detected.format === null) throw refused(detected.refused);
  if (detected?.format === "cyclonedx-xml") {
    const { cycloneDxFromXml } = await import("./cyclonedx-xml/from-xml.ts");
    return { format: detected.format, ...cycloneDxFromXml(bytes) };
  }
  if (detected?.format === "spdx-tag-value") {
    const { spdxFromTags } = await import("./spdx-tag-value/from-tags.ts");
    return { format: detected.format, ...spdxFromTags(bytes) };
  }
  // An envelope hides what is in it.
  if (detected === null && !/^\s*\{/.test(Buffer.from(bytes.subarray(0, 1024)).toString())) {
    throw refused("it is neither CycloneDX (JSON, XML) nor SPDX (JSON, tag-value)");
  }
  return openJson(bytes, parse);
};

/**
 * Reads a bill of materials by what it holds: CycloneDX 1.2 to 1.7 in JSON and XML, SPDX 2.2, 2.3 in JSON and tag-value, SPDX
 * 3.0 in JSON-LD, each also packed with gzip or zstd or inside an in-toto attestation. Reads what can be used and names the
 * rest among the problems; `validateSbom` is the strict one. Throws BAD_REQUEST saying why a document is not read at all.
 */
export const readSbom = async (
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => unknown = (own) => lazyJsonOfBytes(own),
): Promise<Sbom> => {
  const { format, document, faults } = await openSbom(bytes, parse);
  const sbom = await readOpened(format, document);
  return faults.length === 0
    ? sbom
    : { ...sbom, problems: [...faults, ...sbom.problems].slice(0, SBOM_LIMITS.problems) };
};

const readOpened = async (format: SbomFormatId, document: Json): Promise<Sbom> => {
  if (format === "cyclonedx-json" || format === "cyclonedx-xml")
    return (await import("./cyclonedx-json/read.ts")).readCycloneDx(document, format);
  if (format === "spdx3-json") return (await import("./spdx3-json/read.ts")).readSpdx3(document);
  return (await import("./spdx-json/read.ts")).readSpdx2(document, format);
};

/** The version of the specification that an opened document names; empty when it names none. */
export const specVersionOf = ({ format, document }: OpenedSbom): string => {
  if (format === "cyclonedx-json" || format === "cyclonedx-xml") return textOf(document["specVersion"]);
  if (format === "spdx3-json") return "3.0";
  return textOf(document["spdxVersion"]).replace(/^SPDX-/, "");
};
