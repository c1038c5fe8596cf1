import { createHash } from "node:crypto";
import type { LineSection } from "./generation-format.ts";

/** Names a generation by its content: sections in their order, their lines in theirs, then the scores. */
export class ContentHash {
  readonly #hash = createHash("sha256");

  section(name: LineSection): void {
    this.#hash.update(`\0${name}\n`);
  }

  /** One line or several whole ones, newline included. */
  lines(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** The hash in hexadecimal; `epss` is the table as `encodeEpss` writes it. */
  finish(epss: Uint8Array): string {
    return this.#hash.update("\0epss\n").update(epss).digest("hex");
  }
}
