import { AppError, messageOf } from "@zerotrace/core";
import { zstdDecompressSync } from "node:zlib";
import type { Extractor } from "../extractor.ts";
import { gather, osEcosystem } from "../gather.ts";
import { recordOf, wordOf } from "../text-file.ts";

const MANIFEST = "/var/lib/chisel/manifest.wall";
/** Bytes of the packed and of the unpacked manifest; it has a line per file. */
const MAX_PACKED_BYTES = 32 * 1024 * 1024;
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024;

/** Ubuntu's packages of which chisel cut slices into an image. */
export const chisel: Extractor = {
  descriptor: {
    id: "chisel",
    title: "Chiseled Ubuntu packages",
    summary: "Packages whose slices are in the image, from chisel's manifest",
    source: "documentation.ubuntu.com/chisel, manifest",
    version: "1",
  },
  extract: async ({ fs, os, signal }) => {
    const packed = await fs.read(MANIFEST, MAX_PACKED_BYTES);
    if (packed === null) return null;
    const into = gather("chisel's manifest");
    const ecosystem = osEcosystem(os, "dpkg");
    let lineNumber = 0;
    for (const line of unpacked(packed).split("\n")) {
      lineNumber += 1;
      if ((lineNumber & 0xfff) === 0) signal.throwIfAborted();
      // Most lines are paths and contents; only packages need to be parsed.
      if (!line.includes('"package"')) continue;
      const entry = parsedLine(line);
      if (entry === null) into.problem(`line ${lineNumber} is no JSON object`);
      else if (entry["kind"] === "package") {
        const arch = wordOf(entry["arch"]);
        into.add({
          ecosystem,
          name: wordOf(entry["name"]) ?? "",
          version: wordOf(entry["version"]) ?? "",
          ...(arch === null ? {} : { arch }),
        });
      }
    }
    signal.throwIfAborted();
    return into.finish();
  },
};

const unpacked = (packed: Uint8Array): string => {
  if (packed.length === 0) return "";
  try {
    return new TextDecoder().decode(zstdDecompressSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES }));
  } catch (cause) {
    throw new AppError("UNREADABLE", `${MANIFEST} cannot be unpacked: ${messageOf(cause)}.`, { cause });
  }
};

const parsedLine = (line: string): Readonly<Record<string, unknown>> | null => {
  try {
    return recordOf(JSON.parse(line));
  } catch {
    return null;
  }
};
