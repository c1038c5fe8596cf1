/** Lines around a change (count), as `diff -u` shows them. */
const CONTEXT = 3;
/** Changed lines up to which the shortest difference is looked for (count); beyond it the middle is shown as replaced. */
const MAX_CHANGED = 2000;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** What `diff -u` shows of a file; null stands for an absent one. Empty when nothing differs. */
export const diffText = (path: string, before: string | null, after: string | null): string => {
  if (before === after) return "";
  const lines = differences(linesOf(before), linesOf(after));
  const head = `--- ${before === null ? "/dev/null" : `a/${path}`}\n+++ ${after === null ? "/dev/null" : `b/${path}`}\n`;
  return head + hunksOf(lines).join("");
};

const linesOf = (text: string | null): string[] => {
  if (text === null || text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop();
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
};

const differences = (a: readonly string[], b: readonly string[]): Line[] => {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const same = (texts: readonly string[]): Line[] => texts.map((text) => ({ mark: " ", text }));
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle = shortest(left, right) ?? [
    ...left.map((text): Line => ({ mark: "-", text })),
    ...right.map((text): Line => ({ mark: "+", text })),
  ];
  return [...same(a.slice(0, start)), ...middle, ...same(a.slice(a.length - end))];
};

/** Myers' greedy algorithm; null when there are more than MAX_CHANGED changed lines. */
const shortest = (a: readonly string[], b: readonly string[]): Line[] | null => {
  const trace: Int32Array[] = [];
  const limit = Math.min(a.length + b.length, MAX_CHANGED);
  const far = new Int32Array(2 * limit + 3);
  const mid = limit + 1;
  for (let d = 0; d <= limit; d++) {
    // Only the diagonals that this round can have reached are kept.
    trace.push(far.slice(mid - d - 1, mid + d + 2));
    for (let k = -d; k <= d; k += 2) {
      const isDown = k === -d || (k !== d && far[mid + k - 1]! < far[mid + k + 1]!);
      let x = isDown ? far[mid + k + 1]! : far[mid + k - 1]! + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      far[mid + k] = x;
      if (x >= a.length && x - k >= b.length) return walkBack(a, b, trace);
    }
  }
  return null;
};

const walkBack = (a: readonly string[], b: readonly string[], trace: readonly Int32Array[]): Line[] => {
  const lines: Line[] = [];
  let [x, y] = [a.length, b.length];
  for (let d = trace.length - 1; d >= 0; d--) {
    const far = trace[d]!;
    const at = (k: number): number => far[k + d + 1] ?? 0;
    const k = x - y;
    const isDown = k === -d || (k !== d && at(k - 1) < at(k + 1));
    const before = isDown ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : at(before);
    const fromY = d === 0 ? 0 : fromX - before;
    // After one step down or to the right, what is alike follows.
    const afterX = d === 0 ? 0 : isDown ? fromX : fromX + 1;
    while (x > afterX && x > 0 && y > 0) {
      x--;
      y--;
      lines.push({ mark: " ", text: a[x]! });
    }
    if (d === 0) break;
    lines.push(isDown ? { mark: "+", text: b[fromY]! } : { mark: "-", text: a[fromX]! });
    [x, y] = [fromX, fromY];
  }
  return lines.reverse();
};

const hunksOf = (lines: readonly Line[]): string[] => {
  const hunks: string[] = [];
  const changed = lines.flatMap(({ mark }, at) => (mark === " " ? [] : [at]));
  for (let next = 0; next < changed.length;) {
    const start = Math.max(0, changed[next]! - CONTEXT);
    let end = changed[next]! + CONTEXT + 1;
    while (next < changed.length && changed[next]! <= end + CONTEXT) end = changed[next++]! + CONTEXT + 1;
    const shown = lines.slice(start, end);
    const count = (mark: "-" | "+", all: readonly Line[]): number =>
      all.filter((line) => line.mark === " " || line.mark === mark).length;
    const [oldCount, newCount] = [count("-", shown), count("+", shown)];
    const before = lines.slice(0, start);
    const from = (mark: "-" | "+", shownCount: number): number => count(mark, before) + (shownCount > 0 ? 1 : 0);
    const head = `@@ -${from("-", oldCount)},${oldCount} +${from("+", newCount)},${newCount} @@\n`;
    hunks.push(head + shown.map(({ mark, text }) => `${mark}${text}\n`).join(""));
  }
  return hunks;
};
