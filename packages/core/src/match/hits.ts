import { type Asked, type Direct, NO_KEY } from "./direct.ts";
import { lowerBound } from "./bytes.ts";
import { NONE, ROW, type Sections, UNPARSABLE } from "./layout.ts";
import type { Texts } from "./texts.ts";
import type { Hit } from "./types.ts";

/** What hits read their texts from. */
interface Source {
  readonly s: Sections;
  readonly texts: Texts;
  readonly urgencies: readonly string[];
}

/**
 * A hit that reads a text when it is asked for: most callers ask for one or two, and each text costs as much as a whole
 * verdict. `listed` is the version of a list that was asked for, null where the row is a range.
 */
class RowHit implements Hit {
  readonly advisory: number;
  readonly #source: Source;
  readonly #row: number;
  readonly #listed: string | null;
  readonly #isFixed: boolean;

  constructor(source: Source, row: number, listed: string | null, isFixed: boolean) {
    this.#source = source;
    this.#row = row;
    this.#listed = listed;
    this.#isFixed = isFixed;
    this.advisory = source.s.recordGroup[source.s.rowRecord[row]!]!;
  }

  get recordId(): string {
    const { s, texts } = this.#source;
    return texts.recall(s.recordId[s.rowRecord[this.#row]!]!);
  }

  get introduced(): string {
    const { s, texts } = this.#source;
    return this.#listed ?? texts.recall(s.rowIntroduced[this.#row]!);
  }

  get fixedIn(): string | null {
    const { s, texts } = this.#source;
    return this.#isFixed ? texts.recall(s.rowFixed[this.#row]!) : null;
  }

  get lastAffected(): string | null {
    const { s, texts } = this.#source;
    if ((s.rowFlags[this.#row]! & ROW.last) === 0) return null;
    const at = lowerBound(s.lastRows, this.#row);
    return s.lastRows[at] === this.#row ? texts.recall(s.lastTexts[at]!) : null;
  }

  get urgency(): string {
    const { s, urgencies } = this.#source;
    return urgencies[s.rowUrgency[this.#row]!] ?? "";
  }
}

/** All that a hit says, as an object of its own. */
export const plainHit = ({ advisory, recordId, introduced, fixedIn, lastAffected, urgency }: Hit): Hit => ({
  advisory,
  recordId,
  introduced,
  fixedIn,
  lastAffected,
  urgency,
});

const LIST = ROW.keyList | ROW.textList;

/** What a hit says, and which of two rows of a group speaks. `isBrief`: few rows will be asked for, and no place is kept for all. */
export const createHits = (s: Sections, texts: Texts, direct: Direct, isBrief: boolean) => {
  const source: Source = { s, texts, urgencies: Array.from(s.urgencies, texts.decode) };
  /** Hits of ranges, made once: unlike those of lists, they do not depend on the version. */
  const rangeHits: (RowHit | undefined)[] = [];
  if (!isBrief) rangeHits.length = s.rowFlags.length;

  const hitOf = (row: number, asked: Asked): Hit =>
    (s.rowFlags[row]! & LIST) === 0
      ? (rangeHits[row] ??= new RowHit(source, row, null, s.rowFixed[row] !== NONE))
      : new RowHit(source, row, asked.version, fixRank(row, asked) !== -1);

  /** Order of a row's fix: its key's position, -0.5 when it has no key, -1 when there is no fix above the version. */
  const fixRank = (row: number, asked: Asked): number => {
    if (s.rowFixed[row] === NONE) return -1;
    const high = s.rowHigh[row]!;
    if (high >= UNPARSABLE) return -0.5;
    if ((s.rowFlags[row]! & LIST) === 0) return high;
    const { place, direct: scheme } = asked;
    if (scheme !== null) return (direct.order(asked, scheme, high) ?? -1) >= 0 ? -1 : high;
    return place !== NO_KEY && high < (place >> 1) + (place & 1) ? -1 : high;
  };

  const higher = (a: number, b: number, asked: Asked): number => {
    const [x, y] = [fixRank(a, asked), fixRank(b, asked)];
    if (asked.direct !== null && x >= 0 && y >= 0) return direct.orderOfStored(asked.direct, y, x) === 1 ? b : a;
    return y > x ? b : a;
  };
  return { hitOf, higher, fixRank };
};
