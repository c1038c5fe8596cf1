/** What every plugin says of itself. Settings forms, flags, docs and metric labels are derived from it. */
export interface Descriptor {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** The standard, file format or address that it reads. */
  readonly source: string;
  readonly version: string;
}

/** A host's files, read-only; paths are absolute inside the scanned root. Fakes stand in for it in tests. */
export interface HostFs {
  /** The bytes of a file, or null when it does not exist. Throws AppError UNREADABLE when it cannot be read or is over `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Uint8Array | null>;
  /** Names in a directory, sorted; null when it does not exist. Throws AppError UNREADABLE. */
  list(path: string): Promise<string[] | null>;
  /** The real path outside, for readers that need a file on disk (SQLite). */
  realPath(path: string): string;
}

export interface Progress {
  /** What is being done, in the words of a person: "Reading Debian". */
  readonly label: string;
  readonly doneBytes: number;
  /** Null while unknown. */
  readonly totalBytes: number | null;
  readonly recordCount: number;
}
