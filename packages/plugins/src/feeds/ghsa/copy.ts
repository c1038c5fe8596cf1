import { compactLayers, type Layered, mergedLayers, readLayered } from "../layers.ts";
import type { OsvShape } from "./advisory.ts";

export { addLayer, writeState } from "../layers.ts";

/** More than these are merged into one. */
const LAYERS_MAX = 60;

/** An advisory, or why there is none. */
export type Read = { readonly osv: OsvShape } | { readonly bad: string; readonly id: string };

/** How far the copy is. */
export interface CopyState extends Layered {
  /** False until all advisories have been read once. */
  readonly isComplete: boolean;
  /** All changes before this instant are in the layers, as the source writes it; null at the beginning. */
  readonly until: string | null;
  /** Ids of those changed at that very instant which are in the layers. */
  readonly atUntil: readonly string[];
}

export const idOf = (read: Read): string => ("osv" in read ? read.osv.id : read.id);

/** The state of this address; a fresh one when there is none that can be used. */
export const readState = (folder: string, url: string): Promise<CopyState> =>
  readLayered(folder, { version: 1, url, isComplete: false, until: null, atUntil: [], layers: [], next: 0 });

/** All advisories, each once in its newest form. Throws Error when a layer is damaged. */
export const readLayers = (folder: string, state: CopyState, signal: AbortSignal): AsyncGenerator<Read> =>
  mergedLayers(folder, state, idOf, signal);

/** Merges all layers into one when they are more than `max`. */
export const compact = (folder: string, state: CopyState, signal: AbortSignal, max = LAYERS_MAX): Promise<CopyState> =>
  compactLayers(folder, state, max, () => readLayers(folder, state, signal));
