import { AppError, messageOf } from "@zerotrace/core";
import type { Extracted, ExtractFile, FileContext } from "../file-extractor.ts";
import { withRanges } from "../file-ranges.ts";
import { MAX_PROBLEMS, printable } from "../gather.ts";
import { gatherPackages, type PackageGathering } from "../gather-packages.ts";
import {
  type ByteSource,
  memorySource,
  packedSource,
  readEntry,
  archiveEntries,
  type ZipEntry,
} from "../zip-archive.ts";
import { type Artifact, fromManifest, fromProperties, isNamed } from "./identity.ts";
import { manifestOf, propertiesOf } from "./manifest.ts";

/** Archives within archives (levels). */
const MAX_DEPTH = 6;
/** Archives in one file (count), and entries of all of them. */
const MAX_ARCHIVES = 5_000;
const MAX_ENTRIES = 1_000_000;
/** What is unpacked of one file, in all and of one archive within (bytes). */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
const MAX_NESTED_BYTES = 128 * 1024 * 1024;
/** The largest manifest or pom.properties (bytes). */
const MAX_NOTE_BYTES = 1024 * 1024;
/** How much larger than packed an archive within may be. Archives are packed already: real ones stay below 2. */
const MAX_RATIO = 100;
const ARCHIVE = /\.(?:jar|war|ear|par|sar|jmod|nar|kar|hpi|jpi|lpkg)$/i;
const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = "META-INF/MANIFEST.MF";

/**
 * Java archives and those within them: each pom.properties names an artifact, so that shaded ones are found; else the manifest,
 * else the file's name. An archive whose group nobody names is told as a problem: only its hash could be looked up, which
 * needs a network. Throws AppError UNREADABLE when the file is no ZIP archive.
 */
export const extract: ExtractFile = async (file, context) => {
  const notes: string[] = [];
  const into = gatherPackages(file.path);
  const reading: Reading = {
    path: file.path,
    into,
    notes,
    context,
    archiveCount: 0,
    entryCount: 0,
    unpackedBytes: 0,
    foundCount: 0,
  };
  const name = file.path.slice(file.path.lastIndexOf("/") + 1);
  await withRanges(file, (ranges) => readArchive(reading, ranges, name, "", 0));
  return withNotes(reading, into);
};

interface Reading {
  readonly path: string;
  readonly into: PackageGathering;
  readonly notes: string[];
  readonly context: FileContext;
  archiveCount: number;
  entryCount: number;
  unpackedBytes: number;
  foundCount: number;
}

/** An archive without a name is no broken one: what could not be told is said, whether or not something else was found. */
const withNotes = ({ notes, foundCount }: Reading, into: PackageGathering): Extracted => {
  const problems = notes.map(printable);
  const found = foundCount === 0 ? { packages: [], problems: [] } : into.finish();
  return { packages: found.packages, problems: [...found.problems, ...problems].sort().slice(0, MAX_PROBLEMS) };
};

const note = (reading: Reading, inside: string, text: string): void => {
  if (reading.notes.length < MAX_PROBLEMS) reading.notes.push(inside === "" ? text : `${inside}: ${text}`);
};

const readArchive = async (
  reading: Reading,
  source: ByteSource,
  fileName: string,
  inside: string,
  depth: number,
): Promise<void> => {
  reading.context.signal.throwIfAborted();
  const entries = await archiveEntries(source, MAX_ENTRIES - reading.entryCount);
  reading.entryCount += entries.length;
  const poms: Artifact[] = [];
  for (const entry of entries) {
    if (!POM.test(entry.name)) continue;
    const artifact = fromProperties(propertiesOf(await noteOf(reading, source, entry, inside)));
    if (artifact === null) note(reading, inside, `${entry.name} names no artifact`);
    else poms.push(artifact);
  }
  for (const artifact of poms) add(reading, artifact, inside);
  // Where none is the archive's own, they are of what was put into it.
  if (!poms.some((artifact) => isNamed(artifact, fileName))) {
    await addByManifest(reading, source, entries, fileName, inside, poms.length > 0);
  }
  for (const entry of entries) {
    if (ARCHIVE.test(entry.name)) await readNested(reading, source, entry, inside, depth);
  }
};

const addByManifest = async (
  reading: Reading,
  source: ByteSource,
  entries: readonly ZipEntry[],
  fileName: string,
  inside: string,
  hasPoms: boolean,
): Promise<void> => {
  const entry = entries.find(({ name }) => name === MANIFEST);
  const text = entry === undefined ? "" : await noteOf(reading, source, entry, inside);
  const said = fromManifest(manifestOf(text), fileName);
  if ("groupId" in said) return add(reading, said, inside);
  // An application in one archive, and one that only holds others, has no name in Maven.
  if (hasPoms || entries.some(({ name }) => ARCHIVE.test(name)) || /\.(?:jmod|war|ear)$/i.test(fileName)) return;
  note(
    reading,
    inside,
    "nothing in it names its Maven group; to look up its hash needs a network, so it is not judged",
  );
};

const add = (reading: Reading, { groupId, artifactId, version }: Artifact, inside: string): void => {
  reading.foundCount++;
  const component = { ecosystem: "Maven", name: `${groupId}:${artifactId}`, version };
  reading.into.add({ component, ...(inside === "" ? {} : { inside }) });
};

const noteOf = async (reading: Reading, source: ByteSource, entry: ZipEntry, inside: string): Promise<string> => {
  try {
    const bytes = await readEntry(source, entry, MAX_NOTE_BYTES);
    spend(reading, bytes.length);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof AppError) throw error;
    note(reading, inside, `${entry.name} cannot be read: ${messageOf(error)}`);
    return "";
  }
};

const readNested = async (
  reading: Reading,
  source: ByteSource,
  entry: ZipEntry,
  inside: string,
  depth: number,
): Promise<void> => {
  const place = inside === "" ? entry.name : `${inside}/${entry.name}`;
  if (depth >= MAX_DEPTH) return note(reading, place, `archives deeper than ${MAX_DEPTH} levels are not read`);
  if (++reading.archiveCount > MAX_ARCHIVES) {
    throw new AppError("UNREADABLE", `${reading.path} holds more than ${MAX_ARCHIVES} archives; it is not read.`);
  }
  try {
    const nested = await nestedSource(reading, source, entry);
    await readArchive(reading, nested, entry.name.slice(entry.name.lastIndexOf("/") + 1), place, depth + 1);
  } catch (error) {
    if (error instanceof AppError || reading.context.signal.aborted) throw error;
    note(reading, place, `it cannot be read: ${messageOf(error)}`);
  }
};

/** One that is not packed is read where it lies, as in Spring Boot's archives. */
const nestedSource = async (reading: Reading, source: ByteSource, entry: ZipEntry): Promise<ByteSource> => {
  if (!entry.isPacked) return packedSource(source, entry);
  const mostBytes = Math.min(MAX_NESTED_BYTES, entry.packedBytes * MAX_RATIO);
  if (entry.sizeBytes > mostBytes) throw new Error(`it would unpack to more than ${mostBytes} bytes`);
  const bytes = await readEntry(source, entry, mostBytes);
  spend(reading, bytes.length);
  return memorySource(bytes);
};

const spend = (reading: Reading, bytes: number): void => {
  reading.unpackedBytes += bytes;
  if (reading.unpackedBytes > MAX_UNPACKED_BYTES) {
    throw new AppError(
      "UNREADABLE",
      `${reading.path} unpacks to more than ${MAX_UNPACKED_BYTES} bytes; it is not read further.`,
    );
  }
};
