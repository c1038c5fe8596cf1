import { hasModules, isBuiltForModule, nameInModule, UNTOLD_STREAM } from "../advisory/modules.ts";
import { hostEcosystem } from "../component/ecosystem.ts";
import { editionRank, editionsOf, SILENT } from "../component/editions.ts";
import type { VersionScheme } from "../version/scheme.ts";
import type { Judge, Layer } from "./judge.ts";
import type { Sections } from "./layout.ts";
import type { Texts } from "./texts.ts";
import type { Verdict } from "./types.ts";

export const NO_STREAM: Verdict = Object.freeze({ verdict: "unknown", reason: "no_stream", hits: Object.freeze([]) });

const NONE_AT_ALL: readonly number[] = [];

/** How an ecosystem with editions or modules decides which packages of the index speak of a component. */
export interface Layers {
  /** Positions of packages besides those of the name itself: of the same name in modules, or without its stream. */
  more(name: string): readonly number[];
  /** True when these speak of every version: nothing is to be chosen. */
  isPlain(packages: readonly number[], name: string): boolean;
  /** The packages that speak of a version, in order; null when the stream is missing that would tell which do. */
  speaking(packages: readonly number[], name: string, version: string): Layer[] | null;
}

/** The verdict of layers; unknown where the stream is missing. */
export const judgeLayers = (
  judge: Judge,
  layers: Layers,
  asked: { readonly packages: readonly number[]; readonly name: string; readonly version: string },
  scheme: VersionScheme | null,
): Verdict => {
  if (layers.isPlain(asked.packages, asked.name)) return judge.verdict(asked.packages, scheme, asked.version);
  const speaking = layers.speaking(asked.packages, asked.name, asked.version);
  return speaking === null ? NO_STREAM : judge.layered(speaking, scheme, asked.version);
};

/**
 * Makes the layers of ecosystems; null for one without. `numbers`: the ecosystems of the index that apply. Which names exist in
 * modules is read once an ecosystem, when it is first asked.
 */
export const createLayers =
  (s: Sections, texts: Texts, packageOf: (ecosystem: number, name: string) => number) =>
  (ecosystem: string, numbers: readonly number[]): Layers | null => {
    const own = hostEcosystem(ecosystem);
    const isModular = hasModules(own);
    const editions = new Set(editionsOf(own));
    const hasEditions = numbers.some((number) => editions.has(texts.recall(s.ecosystems[number]!)));
    if (!isModular && !hasEditions) return null;
    const ranks = new Map(numbers.map((number) => [number, editionRank(own, texts.recall(s.ecosystems[number]!))]));
    let byTail: Map<string, number[]> | null = null;

    const inModules = (name: string): readonly number[] => {
      if (byTail === null) {
        byTail = new Map();
        const wanted = new Set(numbers);
        for (let i = 0; i < s.packageName.length; i++) {
          if (!wanted.has(s.packageEcosystem[i]!)) continue;
          const tail = nameInModule(texts.decode(s.packageName[i]!));
          if (tail === null) continue;
          const known = byTail.get(tail);
          if (known) known.push(i);
          else byTail.set(tail, [i]);
        }
      }
      return byTail.get(name) ?? NONE_AT_ALL;
    };

    const speaking: Layers["speaking"] = (packages, name, version) => {
      let chosen = packages;
      if (isModular && nameInModule(name) === null) {
        const plain = packages.filter((p) => texts.equals(s.packageName[p]!, name));
        const isTold = plain.length === packages.length || (plain.length > 0 && !isBuiltForModule(version));
        if (!isTold) return null;
        chosen = plain;
      }
      const layers: Layer[] = [];
      for (const position of chosen) {
        const rank = ranks.get(s.packageEcosystem[position]!)?.(name, version) ?? SILENT;
        if (rank !== SILENT) layers.push({ package: position, rank });
      }
      return layers.sort((a, b) => a.rank - b.rank);
    };

    return {
      more: (name) => {
        if (!isModular) return NONE_AT_ALL;
        const tail = nameInModule(name);
        if (tail === null) return inModules(name);
        return numbers.map((number) => packageOf(number, `${UNTOLD_STREAM}/${tail}`)).filter((p) => p >= 0);
      },
      isPlain: (packages, name) =>
        !hasEditions && packages.length === 1 && texts.equals(s.packageName[packages[0]!]!, name),
      speaking,
    };
  };
