/** Promise: in every version scheme the order of keys is the order of the comparator, on a million pairs each. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { compareKeys, SCHEMES, type VersionScheme } from "@zerotrace/core";
import { round, say } from "./measure.ts";
import { createRandom } from "./random.ts";

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    scheme: { type: "string", multiple: true, default: [] },
  },
});

const VERSION_FOLDER = join(import.meta.dirname, "../packages/core/src/version");
/** A scheme that judges less than one in so many of the pairs tried is a mistake in this bench. */
const TRIES_PER_PAIR = 200;

/** The versions of a scheme's own table. */
const versionsOf = (id: string): string[] =>
  readFileSync(join(VERSION_FOLDER, "testdata", `${id}.txt`), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) => line.split(/ [<=>] /));

/** Numbers at which keys change their width, and zeros. */
const NUMBERS = ["0", "00", "1", "2", "9", "10", "010", "99", "239", "240", "65535", "65536", "16777216", "4294967296"];

/**
 * Versions like real ones: a real one of the table, changed at up to four places. A piece (a run of digits, of letters, or
 * one other character) is dropped, doubled, or replaced by a piece of another version, digits by other digits.
 */
const createVersions = (id: string, random: () => number) => {
  const table = versionsOf(id).map((version) => version.match(/\d+|[A-Za-z]+|[^]/gu) ?? []);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const all = table.flat();
  const numbers = [...all.filter((piece) => /^\d/.test(piece)), ...NUMBERS];
  const changed = (pieces: readonly string[], changes: number): string[] => {
    const out = [...pieces];
    for (let n = 0; n < changes; n += 1) {
      const at = Math.floor(random() * (out.length + 1));
      const kind = random();
      const isDigits = /^\d/.test(out[at] ?? "");
      if (kind < 0.5 && isDigits) out[at] = kind < 0.25 ? String(Math.floor(random() * 30)) : pick(numbers);
      else if (kind < 0.65) out.splice(at, 1);
      else if (kind < 0.8) out.splice(at, 0, pick(all));
      else if (at < out.length) out[at] = isDigits ? pick(numbers) : pick(all);
    }
    return out;
  };
  return (): readonly [string, string] => {
    const first = changed(pick(table), Math.floor(random() * 5));
    const second = changed(random() < 0.6 ? first : pick(table), 1 + Math.floor(random() * 3));
    return [first.join(""), second.join("")];
  };
};

const measure = (scheme: VersionScheme, wanted: number): boolean => {
  const next = createVersions(scheme.id, createRandom(Number(values.seed)));
  const counts = { less: 0, equal: 0, greater: 0, keyless: 0, wrong: 0 };
  let judged = 0;
  let tried = 0;
  const startedAt = performance.now();
  for (; judged < wanted && tried < wanted * TRIES_PER_PAIR; tried += 1) {
    const [a, b] = next();
    const result = scheme.compare(a, b);
    const [keyA, keyB] = [scheme.key(a), scheme.key(b)];
    const byKey = keyA === null || keyB === null ? null : compareKeys(keyA, keyB);
    if (result === null && byKey === null) continue;
    const isKeyless = byKey === null && scheme.isTotal === false;
    if (isKeyless) counts.keyless += 1;
    else judged += 1;
    const opposite = scheme.compare(b, a);
    if ((!isKeyless && byKey !== result) || opposite !== (0 - (result ?? 0) || 0)) {
      counts.wrong += 1;
      if (counts.wrong <= 5)
        say(`  DIFFERENT ${scheme.id}: ${JSON.stringify([a, b])} compare ${result}, keys ${byKey}`);
    }
    if (result === -1) counts.less += 1;
    else if (result === 0) counts.equal += 1;
    else counts.greater += 1;
  }
  const share = (n: number): string => `${round((n / (judged + counts.keyless)) * 100, 1)} %`;
  say(
    `${scheme.id.padEnd(14)} ${judged.toLocaleString("en")} pairs with keys, ${counts.wrong} differ; < ${share(counts.less)}, = ${share(counts.equal)}, > ${share(counts.greater)}; compared directly ${counts.keyless.toLocaleString("en")}; ${round((performance.now() - startedAt) / 1000, 1)} s`,
  );
  return counts.wrong === 0 && judged === wanted;
};

const chosen = SCHEMES.filter(({ id }) => values.scheme.length === 0 || values.scheme.includes(id));
const good = chosen.filter((scheme) => measure(scheme, Number(values.pairs)));
say(
  `${good.length} of ${chosen.length} schemes: keys and comparator agree on ${Number(values.pairs).toLocaleString("en")} pairs each`,
);
process.exitCode = good.length === chosen.length ? 0 : 1;
