import type { Component } from "@zerotrace/core";
import type { OsRelease } from "./extractor.ts";

/** Reads one kind of file wherever it lies: in a folder, an image or an archive. */
export interface FileExtractor {
  readonly id: string;
  /** The format's name in words: "npm lockfile". */
  readonly title: string;
  /** OSV's ecosystem of what it finds; empty when the file decides. */
  readonly ecosystem: string;
  readonly files: FilePattern;
  /** Loads the reader; heavy libraries are loaded with it and not before. */
  readonly load: () => Promise<{ readonly extract: ExtractFile }>;
}

/** Files are chosen by any of these; all of them are cheap, for a tree may hold a million files. */
export interface FilePattern {
  /** Exact base names. */
  readonly names?: readonly string[];
  /** Ends of the base name, with the dot: `.jar`. */
  readonly endings?: readonly string[];
  /** Ends of the whole path, at a folder's border: `lib/apk/db/installed`. */
  readonly paths?: readonly string[];
  /** For what the others cannot say; tried on the whole path. Must be linear. */
  readonly match?: RegExp;
  /** Programs: ELF, PE or Mach-O by their first bytes. */
  readonly isProgram?: boolean;
}

/** Reads a file that its pattern chose. Throws AppError UNREADABLE when nothing of it can be used. */
export type ExtractFile = (file: ScannedFile, context: FileContext) => Promise<Extracted>;

export interface ScannedFile {
  /** Within the target, with `/` and without a leading one. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Where the bytes lie on this machine. */
  readonly realPath: string;
}

export interface FileContext {
  /** The bytes of a file of the target, null when it is absent. Throws AppError UNREADABLE when larger than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array | null>;
  /** Names in a folder of the target, sorted; null when it is absent. */
  list(path: string): Promise<string[] | null>;
  /** The target's operating system; its fields are empty when it has none. */
  readonly os: OsRelease;
  readonly signal: AbortSignal;
}

/** What one file gave. */
export interface Extracted {
  /** One of each component, sorted. */
  readonly packages: readonly FoundPackage[];
  /** Entries that could not be read, in words, at most MAX_PROBLEMS; the rest was read. */
  readonly problems: readonly string[];
}

export interface FoundPackage {
  /** The version is empty where the file does not fix one; then the verdict is unknown. */
  readonly component: Component;
  /** Asked for by the project itself; absent when the file does not tell. */
  readonly isDirect?: boolean;
  /** Needed only to develop, build or test; absent when the file does not tell. */
  readonly isDev?: boolean;
  /** Positions in `packages` of what it needs, ascending; absent when the file does not tell. */
  readonly dependsOn?: readonly number[];
  /** Positions from a direct dependency down to this one's parent: the shortest way that brings it. Absent when unknown. */
  readonly via?: readonly number[];
  /** As its author declares, an SPDX expression where it is one. */
  readonly license?: string;
  /** As whoever made the list concludes, where that is said beside what is declared. */
  readonly concludedLicense?: string;
  /** Of what no advisory can be found for: its package URL as the list writes it, empty where it has none. Else absent. */
  readonly purl?: string;
  /** The line of the file that fixes it, from 1. */
  readonly line?: number;
  /** The place inside an archive: `WEB-INF/lib/a.jar`. */
  readonly inside?: string;
  /** The position of the image's layer that brought it, where that is not the file's own. */
  readonly layer?: number;
}
