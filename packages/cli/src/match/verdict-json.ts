import type { AdvisoryIndex, Hit, Verdict } from "@zerotrace/core";
import { ByteText } from "./byte-text.ts";

/** Verdicts with so many findings keep their text; the others are written anew, which costs no more. */
const KEPT_FROM_HITS = 64;
/** Text of verdicts that is kept at most, in bytes. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;

/** Characters that JSON text cannot hold as they are. */
// eslint-disable-next-line no-control-regex
const ESCAPED = /["\\\u0000-\u001f]/;

/** A string as JSON. */
const quote = (text: string): string => (ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`);

const encoder = new TextEncoder();
const encode = (text: string): Uint8Array => encoder.encode(text);

/** Ends without findings, by the reason. */
const clearOf = (verdict: string, reason?: string): Uint8Array =>
  encode(`"verdict":"${verdict}",${reason === undefined ? "" : `"reason":"${reason}",`}"findings":[]}`);
const CLEAR = new Map<string | undefined, Uint8Array>();
const textOfClear = ({ verdict, reason }: Verdict): Uint8Array => {
  let text = CLEAR.get(reason);
  if (text === undefined) CLEAR.set(reason, (text = clearOf(verdict, reason)));
  return text;
};

const AFFECTED = encode(`"verdict":"affected","findings":[`);

/** What is around `fixedIn` in a finding; the same for every component. */
interface Frame {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Writes verdicts as the end of a line's JSON object, from `"verdict"` to the closing brace. Texts of advisories are made once; long
 * texts of verdicts are kept within a bound, since the index answers a component seen before with the same verdict.
 */
export const createVerdictWriter = (index: AdvisoryIndex): ((out: ByteText, verdict: Verdict) => void) => {
  const frames: (Frame | undefined)[] = Array.from({ length: index.groupCount });
  let kept = new WeakMap<Verdict, Uint8Array>();
  let keptBytes = 0;
  const scratch = new ByteText();

  const frameOf = (position: number): Frame => {
    const { id, aliases, severity, cvss, epss, kevAddedAt } = index.advisory(position);
    const score = JSON.stringify(cvss?.score ?? null);
    const chance = JSON.stringify(epss?.score ?? null);
    return {
      before: encode(`{"id":${quote(id)},"aliases":${JSON.stringify(aliases)},"fixedIn":`),
      after: encode(`,"severity":"${severity}","cvss":${score},"epss":${chance},"kev":${kevAddedAt !== null}}`),
    };
  };
  const add = (out: ByteText, { advisory, fixedIn }: Hit): void => {
    const { before, after } = (frames[advisory] ??= frameOf(advisory));
    out.bytes(before);
    out.text(fixedIn === null ? "null" : quote(fixedIn));
    out.bytes(after);
  };
  const addAll = (out: ByteText, { hits }: Verdict): void => {
    out.bytes(AFFECTED);
    for (let i = 0; i < hits.length; i += 1) {
      if (i > 0) out.text(",");
      add(out, hits[i]!);
    }
    out.text("]}");
  };
  const keptOf = (verdict: Verdict): Uint8Array => {
    const known = kept.get(verdict);
    if (known !== undefined) return known;
    addAll(scratch, verdict);
    const text = scratch.take();
    keptBytes += text.length;
    if (keptBytes > KEPT_BYTES_MAX) {
      kept = new WeakMap();
      keptBytes = text.length;
    }
    kept.set(verdict, text);
    return text;
  };
  return (out, verdict) => {
    const { length } = verdict.hits;
    if (length === 0) out.bytes(textOfClear(verdict));
    else if (length < KEPT_FROM_HITS) addAll(out, verdict);
    else out.bytes(keptOf(verdict));
  };
};
