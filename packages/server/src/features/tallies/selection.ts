import type { QueryNode, Term, Word } from "@zerotrace/core/query/language/index";
import { addBit, type Bits, bitsOf, hasBit } from "../holdings/index.ts";
import { NEVER, type PackedFix, RUN, type TallyKey } from "./pack.ts";

/** What a name leads to: findings of these components and of these advisories, and no others. */
export interface LeadTo {
  readonly components: readonly number[];
  readonly advisories: readonly string[];
  /** Components as PostgreSQL's get_bit reads them, where they are too many to be listed. */
  readonly held?: Buffer;
}

/** One condition of a filter: on fixes, on what an advisory says there, or on components and advisories. */
export type Leaf =
  | { readonly on: "fix"; readonly is: (fix: TallyKey) => boolean }
  | { readonly on: "run"; readonly is: (rank: number, isKev: boolean, risk: number) => boolean }
  | { readonly on: "lead"; readonly components: Bits; readonly advisories: ReadonlySet<number> };

/** Conditions together. */
export type Choice =
  | Leaf
  | { readonly on: "not"; readonly part: Choice }
  | { readonly on: "and"; readonly parts: readonly Choice[] }
  | { readonly on: "or"; readonly parts: readonly Choice[] };

/** Findings of these components; `true`: of all, `false`: of none. */
export type Selected = boolean | Bits;

/** Conditions that one number tells apart (count). */
const LEAVES_MAX = 30;
const WORD_BYTES = 4;

/** The set of what a lead names. */
export const bitsIn = ({ components, held }: LeadTo): Bits => {
  const end = components.reduce((most, id) => Math.max(most, id), -1) + 1;
  const bits = bitsOf(Math.max(end, (held?.length ?? 0) * 8));
  for (let i = 0; i < (held?.length ?? 0); i += WORD_BYTES) bits[i / WORD_BYTES] = held?.readUInt32LE(i) ?? 0;
  for (const id of components) addBit(bits, id);
  return bits;
};

/** Bits beyond the end of a set are those of nothing. */
const combined = (a: Bits, b: Bits, isAnd: boolean): Bits => {
  const long = a.length < b.length ? b : a;
  return long.map((_, i) => (isAnd ? (a[i] ?? 0) & (b[i] ?? 0) : (a[i] ?? 0) | (b[i] ?? 0)));
};

const together = (parts: readonly Selected[], isAnd: boolean): Selected => {
  const sets: Bits[] = [];
  for (const part of parts) {
    if (part === !isAnd) return part;
    if (typeof part !== "boolean") sets.push(part);
  }
  return sets.length === 0 ? isAnd : sets.reduce((a, b) => combined(a, b, isAnd));
};

const flipped = (part: Selected, end: number): Selected => {
  if (typeof part === "boolean") return !part;
  return Uint32Array.from(bitsOf(end), (_, i) => ~(part[i] ?? 0));
};

const leavesOf = (choice: Choice): Leaf[] => {
  if (choice.on === "not") return leavesOf(choice.part);
  return choice.on === "and" || choice.on === "or" ? choice.parts.flatMap(leavesOf) : [choice];
};

/** What a choice leaves of each run of a fix. `begin` names the fix. */
export interface Selector {
  /** What is chosen of every run of this fix; null where that differs. */
  begin(fix: PackedFix): Selected | null;
  of(run: number): Selected;
}

/**
 * Answers for each run which components are chosen. Conditions on fixes and advisories are true or false there; for each way in which they are
 * the sets of components are put together once. Null: too many conditions. `end`: above every component.
 */
export const selectorOf = (choice: Choice, end: number): Selector | null => {
  const leaves = [...new Set(leavesOf(choice))];
  if (leaves.length > LEAVES_MAX) return null;
  const places = new Map(leaves.map((leaf, place) => [leaf, place]));
  const known = new Map<number, Selected>();
  const evaluate = (node: Choice, truths: number): Selected => {
    if (node.on === "not") return flipped(evaluate(node.part, truths), end);
    if (node.on === "and" || node.on === "or") {
      return together(
        node.parts.map((part) => evaluate(part, truths)),
        node.on === "and",
      );
    }
    const isTrue = ((truths >>> (places.get(node) ?? 0)) & 1) === 1;
    return node.on === "lead" && !isTrue ? node.components : isTrue;
  };
  const ofRuns = leaves.flatMap((leaf, place) =>
    leaf.on === "fix" || (leaf.on === "lead" && leaf.advisories.size === 0) ? [] : [{ leaf, bit: 1 << place }],
  );
  const selectedBy = (truths: number): Selected => {
    const before = known.get(truths);
    if (before !== undefined) return before;
    const selected = evaluate(choice, truths);
    known.set(truths, selected);
    return selected;
  };
  let fix: PackedFix | null = null;
  let base = 0;
  let whole: Selected = false;
  return {
    begin: (next) => {
      fix = next;
      base = 0;
      for (const [place, leaf] of leaves.entries()) if (leaf.on === "fix" && leaf.is(next)) base |= 1 << place;
      if (ofRuns.length > 0) return null;
      whole = selectedBy(base);
      if (typeof whole === "boolean") return whole;
      const set = whole;
      const chosen = next.own.reduce((sum, component) => sum + (hasBit(set, component) ? 1 : 0), 0);
      if (chosen === 0 || chosen === next.own.length) whole = chosen > 0;
      return whole;
    },
    of: (run) => {
      if (fix === null || ofRuns.length === 0) return whole;
      let truths = base;
      for (const { leaf, bit } of ofRuns) {
        const at = run * RUN;
        const isTrue =
          leaf.on === "lead"
            ? leaf.advisories.has(fix.runs[at] as number)
            : leaf.is(fix.runs[at + 1] as number, fix.runs[at + 2] !== NEVER, fix.risks[run] as number);
        if (isTrue) truths |= bit;
      }
      return selectedBy(truths);
    },
  };
};

/** A query as a choice; `leafOf` answers null for what tallies cannot tell, and then so does this. */
export const choiceOf = (node: QueryNode, leafOf: (leaf: Term | Word) => Choice | null): Choice | null => {
  if (node.kind === "word" || node.kind === "term") return leafOf(node);
  if (node.kind === "not") {
    const part = choiceOf(node.part, leafOf);
    return part && { on: "not", part };
  }
  const parts = node.parts.map((part) => choiceOf(part, leafOf));
  return parts.includes(null) ? null : { on: node.kind, parts: parts as Choice[] };
};
