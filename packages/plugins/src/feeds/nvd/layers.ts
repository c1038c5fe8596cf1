import { compactLayers, type Layered, mergedLayers, readLayered } from "../layers.ts";
import type { Read } from "./files.ts";

export { addLayer, writeState } from "../layers.ts";

/** More than these are merged into one; the first whole reading makes about 180. */
const LAYERS_MAX = 250;

/** How far the copy of the API's CVEs is. */
export interface ApiState extends Layered {
  /** The first whole reading; null once it is done. */
  readonly full: { readonly startedAt: string; readonly nextIndex: number } | null;
  /** All changes before this instant are in the layers; null until the first whole reading is done. */
  readonly until: string | null;
  /** A window of changes that is being read. */
  readonly window: { readonly endAt: string; readonly nextIndex: number } | null;
}

const idOf = (read: Read): string => ("entry" in read ? read.entry.cve.id : read.id);

/** The state of this address; a fresh one when there is none that can be used. */
export const readState = (folder: string, url: string, now: Date): Promise<ApiState> =>
  readLayered(folder, {
    version: 1,
    url,
    full: { startedAt: now.toISOString(), nextIndex: 0 },
    until: null,
    window: null,
    layers: [],
    next: 0,
  });

/** All entries, each CVE once in its newest form. Throws Error when a layer is damaged. */
export const readLayers = (folder: string, state: ApiState, signal: AbortSignal): AsyncGenerator<Read> =>
  mergedLayers(folder, state, idOf, signal);

/** Merges all layers into one when they are more than `max`. */
export const compact = (folder: string, state: ApiState, signal: AbortSignal, max = LAYERS_MAX): Promise<ApiState> =>
  compactLayers(folder, state, max, () => readLayers(folder, state, signal));
