import { bounded, digitsEnd } from "./key.ts";

/** The parts of `[epoch:]version[-release]`. */
export interface EpochVersionRelease {
  /** Empty where there is none, which means 0. */
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

/** The parts of a version as rpm and pacman write it; null when it has none. */
export function parseEvr(text: string): EpochVersionRelease | null {
  const evr = bounded(text);
  if (evr === null) return null;
  const epochEnd = digitsEnd(evr, 0, evr.length);
  const hasEpoch = evr[epochEnd] === ":";
  const start = hasEpoch ? epochEnd + 1 : 0;
  const hyphen = evr.lastIndexOf("-");
  const hasRelease = hyphen >= start;
  const version = evr.slice(start, hasRelease ? hyphen : evr.length);
  if (version === "") return null;
  return {
    epoch: hasEpoch ? evr.slice(0, epochEnd) : "",
    version,
    release: hasRelease ? evr.slice(hyphen + 1) : undefined,
  };
}
