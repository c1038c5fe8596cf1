import type { Rejudged } from "../components/index.ts";

/** Components and matches that are remembered (count); a company that has not looked for longer starts from scratch. */
const REMEMBERED_MAX = 500_000;
/** A component's sums weigh as much as so many of its matches. */
const SUMS_WEIGHT = 5;

const weightOf = ({ ids, changed, sums }: Rejudged): number =>
  ids.length + (changed?.length ?? 0) + (sums?.length ?? 0) * SUMS_WEIGHT;

/** What was judged, in the order of the commits. */
export interface JudgedLog {
  add(judged: Rejudged): void;
  /** What `since` counts from when nothing before now matters. */
  end(): number;
  /** Judged since a position that was the end; null when that is too long ago. */
  since(position: number): readonly Rejudged[] | null;
}

export const createJudgedLog = (max: number = REMEMBERED_MAX): JudgedLog => {
  const entries: { readonly from: number; readonly judged: Rejudged }[] = [];
  let first = 0;
  let end = 0;
  return {
    add: (judged) => {
      if (judged.ids.length === 0) return;
      entries.push({ from: end, judged });
      end += weightOf(judged);
      while (end - first > max && entries.length > 0) {
        entries.shift();
        first = entries[0]?.from ?? end;
      }
    },
    end: () => end,
    since: (position) =>
      position < first ? null : entries.filter(({ from }) => from >= position).map(({ judged }) => judged),
  };
};
