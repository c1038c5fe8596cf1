import { isUtf8 } from "node:buffer";
import { type Json, refused } from "../sbom-json.ts";
import { newProblems, SBOM_LIMITS } from "../sbom.ts";

/** A document of tags as the same one in JSON, and what its lines do wrong. */
export interface FromTags {
  readonly document: Json;
  /** Lines that are no tag, unknown tags and tags that stand where they must not, each with its line. */
  readonly faults: readonly string[];
}

type Section = "document" | "package" | "file" | "snippet" | "license" | "annotation" | "other";

/** Tags that begin a section, and the field that they fill. */
const BEGINS: Readonly<Record<string, readonly [Section, string]>> = {
  PackageName: ["package", "name"],
  FileName: ["file", "fileName"],
  SnippetSPDXID: ["snippet", "SPDXID"],
  SnippetSPDXIdentifier: ["snippet", "SPDXID"],
  LicenseID: ["license", "licenseId"],
  Annotator: ["annotation", "annotator"],
};

/** Tags that fill a field of the section they stand in. */
const FIELDS: Readonly<Record<string, readonly [Section, string]>> = {
  DataLicense: ["document", "dataLicense"],
  DocumentName: ["document", "name"],
  DocumentNamespace: ["document", "documentNamespace"],
  DocumentComment: ["document", "comment"],
  PackageVersion: ["package", "versionInfo"],
  PackageFileName: ["package", "packageFileName"],
  PackageSupplier: ["package", "supplier"],
  PackageOriginator: ["package", "originator"],
  PackageDownloadLocation: ["package", "downloadLocation"],
  PackageHomePage: ["package", "homepage"],
  PackageSourceInfo: ["package", "sourceInfo"],
  PackageLicenseConcluded: ["package", "licenseConcluded"],
  PackageLicenseDeclared: ["package", "licenseDeclared"],
  PackageLicenseComments: ["package", "licenseComments"],
  PackageCopyrightText: ["package", "copyrightText"],
  PackageSummary: ["package", "summary"],
  PackageDescription: ["package", "description"],
  PackageComment: ["package", "comment"],
  PrimaryPackagePurpose: ["package", "primaryPackagePurpose"],
  ReleaseDate: ["package", "releaseDate"],
  BuiltDate: ["package", "builtDate"],
  ValidUntilDate: ["package", "validUntilDate"],
  ExtractedText: ["license", "extractedText"],
  LicenseName: ["license", "name"],
  LicenseComment: ["license", "comment"],
  AnnotationDate: ["annotation", "annotationDate"],
  AnnotationType: ["annotation", "annotationType"],
  AnnotationComment: ["annotation", "comment"],
};

/** Tags that add to a list of the section they stand in. */
const LISTS: Readonly<Record<string, readonly [Section, string]>> = {
  PackageLicenseInfoFromFiles: ["package", "licenseInfoFromFiles"],
  PackageAttributionText: ["package", "attributionTexts"],
  LicenseCrossReference: ["license", "seeAlsos"],
};

/** Tags that are known and not kept. */
const PASSED_OVER =
  /^(?:SPDXREF|ExternalRefComment|PackageVerificationCode|CreatorComment|LicenseListVersion|RelationshipComment|Review(?:er|Date|Comment)|File\w+|Snippet\w+|License(?:Concluded|InfoInFile|InfoInSnippet|Comments)|Artifact\w+)$/;

/** The elements of a document by the list that they stand in. */
const LIST_OF: Readonly<Record<Exclude<Section, "document" | "other">, string>> = {
  package: "packages",
  file: "files",
  snippet: "snippets",
  license: "hasExtractedLicensingInfos",
  annotation: "annotations",
};

type Mutable = Record<string, unknown>;

const listIn = (target: Mutable, key: string): unknown[] => {
  const known = target[key];
  if (Array.isArray(known)) return known as unknown[];
  const made: unknown[] = [];
  target[key] = made;
  return made;
};

const split = (text: string, count: number): string[] => {
  const parts = text.trim().split(/\s+/);
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(" ")];
};

/** Takes tags one by one. */
class Reader {
  readonly #document: Mutable = {};
  readonly #creation: Mutable = {};
  readonly #byId = new Map<string, Mutable>();
  readonly #fault: (text: string) => void;
  #section: Section = "document";
  #current: Mutable = this.#document;
  #count = 0;

  constructor(fault: (text: string) => void) {
    this.#fault = fault;
  }

  tag(name: string, value: string, line: number): void {
    const begins = Object.hasOwn(BEGINS, name) ? BEGINS[name] : undefined;
    if (begins !== undefined) return this.#begin(...begins, value);
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    const list = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
    const [section, key] = field ?? list ?? [];
    if (section !== undefined && key !== undefined) {
      const target = section === "document" ? this.#document : this.#current;
      if (section !== "document" && section !== this.#section)
        return this.#fault(`line ${line}: ${name} stands outside of a ${section}`);
      if (list !== undefined) listIn(target, key).push(value);
      else if (Object.hasOwn(target, key)) this.#fault(`line ${line}: ${name} stands there twice`);
      else target[key] = value;
      return undefined;
    }
    return this.#special(name, value, line);
  }

  #begin(section: Section, key: string, value: string): void {
    this.#count += 1;
    if (this.#count > SBOM_LIMITS.components * 10)
      throw refused(`it has more than ${SBOM_LIMITS.components * 10} sections`);
    this.#section = section;
    this.#current = { [key]: value };
    if (section !== "document" && section !== "other") listIn(this.#document, LIST_OF[section]).push(this.#current);
    if (section === "snippet") this.#byId.set(value, this.#current);
  }

  #special(name: string, value: string, line: number): void {
    const current = this.#section === "document" ? this.#document : this.#current;
    if (name === "SPDXVersion") this.#document["spdxVersion"] = value;
    else if (name === "SPDXID") {
      const target = this.#section === "package" || this.#section === "file" ? this.#current : this.#document;
      target["SPDXID"] = value;
      this.#byId.set(value, target);
    } else if (name === "Creator") listIn(this.#creation, "creators").push(value);
    else if (name === "Created") this.#creation["created"] = value;
    else if (name === "FilesAnalyzed" && this.#section === "package")
      current["filesAnalyzed"] = this.#booleanOf(value, line);
    else if (name === "PackageChecksum" && this.#section === "package") {
      const [algorithm = "", checksumValue = ""] = split(value.replace(":", ": "), 2);
      listIn(current, "checksums").push({ algorithm: algorithm.replace(/:$/, ""), checksumValue });
    } else if (name === "ExternalRef" && this.#section === "package") {
      const [referenceCategory = "", referenceType = "", referenceLocator = ""] = split(value, 3);
      listIn(current, "externalRefs").push({ referenceCategory, referenceType, referenceLocator });
    } else if (name === "Relationship") {
      const [spdxElementId = "", relationshipType = "", relatedSpdxElement = ""] = split(value, 3);
      if (relatedSpdxElement === "") this.#fault(`line ${line}: a relationship names two elements and its type`);
      listIn(this.#document, "relationships").push({ spdxElementId, relationshipType, relatedSpdxElement });
    } else if (name === "ExternalDocumentRef")
      listIn(this.#document, "externalDocumentRefs").push({ externalDocumentId: value });
    else if (name === "SPDXREF" && this.#section === "annotation") current["about"] = value;
    else if (!PASSED_OVER.test(name)) this.#fault(`line ${line}: ${name} is no tag of SPDX`);
  }

  #booleanOf(value: string, line: number): boolean {
    if (!/^(?:true|false)$/i.test(value)) this.#fault(`line ${line}: FilesAnalyzed is true or false`);
    return value.toLowerCase() === "true";
  }

  /** Puts each annotation where it belongs. */
  done(): Json {
    const annotations = this.#document["annotations"];
    delete this.#document["annotations"];
    for (const annotation of Array.isArray(annotations) ? (annotations as Mutable[]) : []) {
      const { about, ...rest } = annotation;
      const target = this.#byId.get(String(about)) ?? this.#document;
      listIn(target, "annotations").push(rest);
    }
    return { ...this.#document, creationInfo: this.#creation };
  }
}

const TAG = /^([A-Za-z][A-Za-z0-9]*)\s*:\s*(.*)$/s;
const OPEN = "<text>";
const CLOSE = "</text>";
const BOM = Buffer.from("\ufeff");
/** Bytes of one line; a text of several lines may be longer. */
const LINE_BYTES_MAX = 1024 * 1024;

const NEWLINE = 0x0a;

/**
 * Reads a document of tags and values. Each line is decoded by itself: neither the whole text nor what its slices hold on to is in
 * memory. Throws BAD_REQUEST when a text is not closed, for bytes that are no UTF-8, and over a limit.
 */
export const spdxFromTags = (bytes: Uint8Array): FromTags => {
  if (!isUtf8(bytes)) throw refused("it is no UTF-8 text");
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const faults = newProblems();
  const reader = new Reader(faults.add);
  const once = keptOnce();
  let line = 0;
  let at = buffer.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
  while (at < buffer.length) {
    line += 1;
    const start = line;
    const end = lineEnd(buffer, at);
    if (end - at > LINE_BYTES_MAX) throw refused(`line ${line} is longer than ${LINE_BYTES_MAX} bytes`);
    let written = buffer.toString("utf8", at, end);
    at = end + 1;
    if (/^\s*(?:#|$)/.test(written)) continue;
    const open = written.indexOf(OPEN);
    if (open >= 0 && !written.includes(CLOSE, open)) {
      const close = buffer.indexOf(CLOSE, at);
      if (close < 0) throw refused(`line ${line}: a text is not closed by ${CLOSE}`);
      const rest = buffer.toString("utf8", at, close + CLOSE.length);
      written += `\n${rest}`;
      line += rest.split("\n").length;
      at = lineEnd(buffer, close) + 1;
    }
    const found = TAG.exec(written.trim());
    if (found === null) {
      faults.add(`line ${start}: it is no tag with a value`);
      continue;
    }
    const value = once(found[2]!.trim());
    reader.tag(found[1]!, value.startsWith(OPEN) ? value.slice(OPEN.length, value.lastIndexOf(CLOSE)) : value, start);
  }
  return { document: reader.done(), faults: faults.list() };
};

/** Values that stand in every package, such as NOASSERTION, are in memory once (counts; UTF-16 units). */
const ONCE_MAX = 256;
const ONCE_CHARS = 48;

const keptOnce = (): ((value: string) => string) => {
  const known = new Map<string, string>();
  return (value) => {
    if (value.length > ONCE_CHARS) return value;
    const found = known.get(value);
    if (found !== undefined) return found;
    if (known.size < ONCE_MAX) known.set(value, value);
    return value;
  };
};

const lineEnd = (buffer: Buffer, from: number): number => {
  const end = buffer.indexOf(NEWLINE, from);
  return end < 0 ? buffer.length : end;
};
