import type { Ids } from "../../isolation/seeds.ts";

/** Rows of a list, and characters of a text, that a recorded answer shows. */
const ROWS_MAX = 2;
const TEXT_MAX = 240;
const TIME = "2026-01-02T03:04:05.000Z";
/** Figures that differ between any two runs. */
const MOVES =
  /^(durationMs|ms|uptimeSeconds|seconds|ageSeconds|ageHours|sizeBytes|storageBytes|usedBytes|rss|pid|used|seq|sentSeq|waitingCount|rowCount|attempts|pendingJobs)$/;

/** `packageName` as `package-name`. */
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Words for markers: every run makes others. Longer texts first, as one may hold another. */
const wordsOf = (all: readonly Ids[]): readonly (readonly [string, string])[] =>
  all
    .flatMap((ids) => Object.entries(ids))
    .flatMap(([name, value]) =>
      [...value.matchAll(/zq[0-9a-f]{18}/g)].map(([marker]) => [marker, kebab(name.replace(/Name$/, ""))] as const),
    )
    .toSorted((a, b) => b[0].length - a[0].length);

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, TIME],
  [/\b20\d\d-\d\d-\d\d\b/g, TIME.slice(0, 10)],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, "eyJ…"],
  [/\b([a-z-]+)-[0-9a-f]{12}(@|%40)example\.com/g, "$1$2example.com"],
  [/\b[A-Z2-7]{32}\b/g, "JBSWY3DPEHPK3PXP"],
  [/zt_([a-z])_[0-9a-z]+_[\w-]{43}/g, "zt_$1_…"],
  [/whsec_[\w+/=]+/g, "whsec_…"],
  [/zq[0-9a-f]{18}/g, "something"],
  [/\bc-[0-9a-f]{16}\b/g, "c-0011223344556677"],
  [/\b[0-9a-f]{64}\b/g, "00112233…"],
  [/\b[0-9a-f]{32}\b/g, "00112233445566778899aabbccddeeff"],
  [/http:\/\/(?:127\.0\.0\.1|localhost):\d+/g, "https://zerotrace.example.com"],
  [/192\.0\.2\.1/g, "hooks.example.com"],
  [/127\.0\.\d\.\d/g, "192.0.2.10"],
  [/\/tmp\/[\w./-]+/g, "/var/lib/zerotrace"],
  [/(?<![\w-])[\w-]{43}(?![\w-])/g, "…"],
  [/[\w+/=-]{60,}/g, "…"],
];

/** Makes texts of a run the same in every run: ids are numbered as they come, markers become words, times one time. */
export const settler = (ids: readonly Ids[]): ((text: string) => string) => {
  const words = wordsOf(ids);
  return (text) => {
    let settled = words.reduce((left, [marker, word]) => left.replaceAll(marker, word), text);
    for (const [pattern, to] of PATTERNS) settled = settled.replaceAll(pattern, to);
    const numbers = new Map<string, number>();
    return settled.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uuid) => {
      if (!numbers.has(uuid)) numbers.set(uuid, numbers.size + 1);
      return `00000000-0000-4000-8000-${String(numbers.get(uuid)).padStart(12, "0")}`;
    });
  };
};

/** An answer with a few rows of each list, short texts and no figure that moves. */
export const shortened = (value: unknown, key = ""): unknown => {
  if (typeof value === "string") return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}…` : value;
  if (typeof value === "number") return MOVES.test(key) ? 1 : value;
  if (Array.isArray(value)) return value.slice(0, ROWS_MAX).map((one) => shortened(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shortened(one, name)]));
};
