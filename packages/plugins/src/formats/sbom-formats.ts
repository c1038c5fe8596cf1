import { AppError } from "@zerotrace/core";
import { CYCLONEDX_VERSIONS, isCycloneDxVersion } from "./cyclonedx-json/schema.ts";
import type { Sbom, SbomFormatId } from "./sbom.ts";
import { isSpdx2Version, SPDX2_VERSIONS } from "./spdx-json/words.ts";

/** A format that is read and written. */
export interface SbomFormat {
  readonly id: SbomFormatId;
  readonly title: string;
  /** The file's ending, with the dot. */
  readonly ending: string;
  readonly mediaType: string;
  /** Versions of the specification that are written, ascending. */
  readonly versions: readonly string[];
  readonly defaultVersion: string;
  /** Writes in pieces; `version` is one of `versions`. */
  readonly load: () => Promise<{ readonly write: (sbom: Sbom, version: string) => Iterable<string> }>;
}

/** Every format of bills of materials; one folder and one entry each. */
export const SBOM_WRITERS: readonly SbomFormat[] = [
  {
    id: "cyclonedx-json",
    title: "CycloneDX in JSON",
    ending: ".cdx.json",
    mediaType: "application/vnd.cyclonedx+json",
    versions: CYCLONEDX_VERSIONS,
    defaultVersion: "1.6",
    load: async () => {
      const { writeCycloneDxJson } = await import("./cyclonedx-json/write.ts");
      return { write: (sbom, version) => writeCycloneDxJson(sbom, cycloneDxVersion(version)) };
    },
  },
  {
    id: "cyclonedx-xml",
    title: "CycloneDX in XML",
    ending: ".cdx.xml",
    mediaType: "application/vnd.cyclonedx+xml",
    versions: CYCLONEDX_VERSIONS,
    defaultVersion: "1.6",
    load: async () => {
      const { writeCycloneDxXml } = await import("./cyclonedx-xml/to-xml.ts");
      return { write: (sbom, version) => writeCycloneDxXml(sbom, cycloneDxVersion(version)) };
    },
  },
  {
    id: "spdx-json",
    title: "SPDX 2 in JSON",
    ending: ".spdx.json",
    mediaType: "application/spdx+json",
    versions: SPDX2_VERSIONS,
    defaultVersion: "2.3",
    load: async () => {
      const { writeSpdxJson } = await import("./spdx-json/write.ts");
      return { write: (sbom, version) => writeSpdxJson(sbom, spdx2Version(version)) };
    },
  },
  {
    id: "spdx-tag-value",
    title: "SPDX 2 in tags and values",
    ending: ".spdx",
    mediaType: "text/spdx",
    versions: SPDX2_VERSIONS,
    defaultVersion: "2.3",
    load: async () => {
      const { writeSpdxTagValue } = await import("./spdx-tag-value/to-tags.ts");
      return { write: (sbom, version) => writeSpdxTagValue(sbom, spdx2Version(version)) };
    },
  },
  {
    id: "spdx3-json",
    title: "SPDX 3 in JSON-LD",
    ending: ".spdx3.json",
    mediaType: "application/spdx+json",
    versions: ["3.0"],
    defaultVersion: "3.0",
    load: async () => {
      const { writeSpdx3Json } = await import("./spdx3-json/write.ts");
      return { write: (sbom) => writeSpdx3Json(sbom) };
    },
  },
];

const notWritten = (what: string, known: readonly string[]): AppError =>
  new AppError("BAD_REQUEST", `${what} is not written; use ${known.join(", ")}.`, { field: "format" });

const cycloneDxVersion = (text: string) => {
  if (isCycloneDxVersion(text)) return text;
  throw notWritten(`CycloneDX ${text}`, CYCLONEDX_VERSIONS);
};

const spdx2Version = (text: string) => {
  if (isSpdx2Version(text)) return text;
  throw notWritten(`SPDX ${text}`, SPDX2_VERSIONS);
};

/**
 * A document in a format, in pieces of UTF-8 text. The same document gives the same bytes: an id that it lacks is made of its
 * content, a time that it lacks stays away. Only CycloneDX (since 1.4) holds vulnerabilities; CycloneDX 1.2 has no properties
 * and loses what it has no field for. Throws BAD_REQUEST for a version that is not written.
 */
export const writeSbom = async (sbom: Sbom, format: SbomFormatId, version = ""): Promise<Iterable<string>> => {
  const found = SBOM_WRITERS.find(({ id }) => id === format);
  if (found === undefined)
    throw notWritten(
      format,
      SBOM_WRITERS.map(({ id }) => id),
    );
  const wanted = version === "" ? found.defaultVersion : version;
  if (!found.versions.includes(wanted)) throw notWritten(`${found.title} ${wanted}`, found.versions);
  const { write } = await found.load();
  return write(sbom, wanted);
};

/** Everything that a writer gives, as one text. For tests and small documents. */
export const textOfPieces = (pieces: Iterable<string>): string => [...pieces].join("");
