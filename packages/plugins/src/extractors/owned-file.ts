import type { JudgedPackage } from "@zerotrace/core";

/** A file that an operating-system package brought. */
export interface OwnedFile {
  /** Absolute. */
  readonly path: string;
  /** The package as it is judged. */
  readonly owner: JudgedPackage;
  /** The checksum that the package manager keeps, in hex; absent where it keeps none. */
  readonly digest?: FileDigest;
}

export interface FileDigest {
  readonly algorithm: "md5" | "sha1" | "sha256" | "sha384" | "sha512";
  readonly hex: string;
}
