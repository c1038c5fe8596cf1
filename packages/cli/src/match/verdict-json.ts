import type { AdvisoryIndex, Hit, Verdict } from "@zerotrace/core";

/** Verdicts with so many findings keep their text; the others are written anew, which costs no more. */
const KEPT_FROM_HITS = 64;
/** Text of verdicts that is kept at most, in characters. */
const KEPT_CHARS_MAX = 32 * 1024 * 1024;

/** Characters that JSON text cannot hold as they are. */
// eslint-disable-next-line no-control-regex
const ESCAPED = /["\\\u0000-\u001f]/;

/** A string as JSON. */
export const quote = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

/** Ends without findings, by the reason. */
const CLEAR = {
  none: `"verdict":"not_affected","findings":[]}`,
  no_feed: `"verdict":"unknown","reason":"no_feed","findings":[]}`,
  end_of_life: `"verdict":"unknown","reason":"end_of_life","findings":[]}`,
  unparsable: `"verdict":"unknown","reason":"unparsable","findings":[]}`,
  vex: `"verdict":"not_affected","reason":"vex","findings":[]}`,
} as const;

/** What is around `fixedIn` in a finding; the same for every component. */
interface Frame {
  readonly before: string;
  readonly after: string;
}

/** Pieces of text, joined when they are written: concatenation would make an object for each. */
export type Pieces = string[];

/**
 * Writes verdicts as the end of a line's JSON object, from `"verdict"` to the closing brace, and answers the characters
 * added. Texts of advisories are made once; long texts of verdicts are kept within a bound, since the index answers a
 * component seen before with the same verdict.
 */
export const createVerdictWriter = (index: AdvisoryIndex): ((pieces: Pieces, verdict: Verdict) => number) => {
  const frames: (Frame | undefined)[] = Array.from({ length: index.groupCount });
  let kept = new WeakMap<Verdict, string>();
  let keptChars = 0;

  const frameOf = (position: number): Frame => {
    const { id, aliases, severity, cvss, epss, kevAddedAt } = index.advisory(position);
    const score = JSON.stringify(cvss?.score ?? null);
    const chance = JSON.stringify(epss?.score ?? null);
    return {
      before: `{"id":${quote(id)},"aliases":${JSON.stringify(aliases)},"fixedIn":`,
      after: `,"severity":"${severity}","cvss":${score},"epss":${chance},"kev":${kevAddedAt !== null}}`,
    };
  };
  const add = (pieces: Pieces, { advisory, fixedIn }: Hit): number => {
    const { before, after } = (frames[advisory] ??= frameOf(advisory));
    if (fixedIn === null) pieces.push(before, "null", after);
    else if (ESCAPED.test(fixedIn)) pieces.push(before, JSON.stringify(fixedIn), after);
    else pieces.push(before, '"', fixedIn, '"', after);
    return before.length + after.length + (fixedIn?.length ?? 2) + 2;
  };
  const addAll = (pieces: Pieces, { hits }: Verdict): number => {
    pieces.push(`"verdict":"affected","findings":[`);
    let chars = add(pieces, hits[0]!);
    for (let i = 1; i < hits.length; i += 1) {
      pieces.push(",");
      chars += add(pieces, hits[i]!);
    }
    pieces.push("]}");
    return chars;
  };
  const keptOf = (verdict: Verdict): string => {
    const known = kept.get(verdict);
    if (known !== undefined) return known;
    const pieces: Pieces = [];
    addAll(pieces, verdict);
    const text = pieces.join("");
    keptChars += text.length;
    if (keptChars > KEPT_CHARS_MAX) {
      kept = new WeakMap();
      keptChars = text.length;
    }
    kept.set(verdict, text);
    return text;
  };
  return (pieces, verdict) => {
    const { length } = verdict.hits;
    if (length > 0 && length < KEPT_FROM_HITS) return addAll(pieces, verdict);
    const text = length > 0 ? keptOf(verdict) : CLEAR[verdict.reason ?? "none"];
    pieces.push(text);
    return text.length;
  };
};
