/** Ids that are remembered; a company that has not looked for longer starts from scratch. */
const REMEMBERED_MAX = 500_000;

/** Which components were judged, in the order of their commits. */
export interface JudgedLog {
  add(ids: readonly number[]): void;
  /** What `since` counts from when nothing before now matters. */
  end(): number;
  /** Judged since a position; null when that is too long ago. */
  since(position: number): readonly number[] | null;
}

export const createJudgedLog = (max: number = REMEMBERED_MAX): JudgedLog => {
  let first = 0;
  let ids: number[] = [];
  return {
    add: (more) => {
      ids = ids.concat(more);
      const over = ids.length - max;
      if (over <= 0) return;
      ids = ids.slice(over);
      first += over;
    },
    end: () => first + ids.length,
    since: (position) => (position < first ? null : ids.slice(position - first)),
  };
};
