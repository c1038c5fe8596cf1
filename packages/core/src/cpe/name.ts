/** The attributes of a CPE name, in the order of the formatted string. */
export const CPE_ATTRIBUTES = [
  "part",
  "vendor",
  "product",
  "version",
  "update",
  "edition",
  "language",
  "sw_edition",
  "target_sw",
  "target_hw",
  "other",
] as const;
export type CpeAttribute = (typeof CPE_ATTRIBUTES)[number];

/** The logical value "any value". Values are written in lower case, so that no string can be taken for it. */
export const CPE_ANY = "ANY";
/** The logical value "not applicable". */
export const CPE_NA = "NA";

/**
 * A well-formed CPE name (NISTIR 7695): per attribute `CPE_ANY`, `CPE_NA`, or a lower-case string in which everything but
 * letters, digits and `_` is quoted with a backslash. Unquoted `*` (one) and `?` (some) are wildcards at either end.
 */
export type CpeName = Readonly<Record<CpeAttribute, string>>;

/** The longest CPE name that is read, in characters. */
export const CPE_CHARACTERS_MAX = 2048;

const isPlain = (char: string): boolean => /^[a-z0-9_]$/.test(char);
const isPrintable = (char: string): boolean => char > " " && char <= "~";

/** One character of a value; wildcards are `*` and `?` without `quoted`. */
export interface CpeChar {
  readonly char: string;
  readonly quoted: boolean;
}

export const isWildcard = ({ char, quoted }: CpeChar): boolean => !quoted && (char === "*" || char === "?");

/** The characters of a well-formed string. */
export const charsOf = (value: string): CpeChar[] => {
  const chars: CpeChar[] = [];
  for (let i = 0; i < value.length; i++) {
    const quoted = value[i] === "\\" && i + 1 < value.length;
    if (quoted) i++;
    chars.push({ char: value[i]!, quoted });
  }
  return chars;
};

/** Index of the first character, and one past the last, between the wildcards at the ends. */
export const bodyOf = (chars: readonly CpeChar[]): { from: number; to: number } => {
  const run = (char: string, at: number, step: number): number => {
    if (char === "*") return 1;
    let count = 0;
    for (let i = at; chars[i]?.char === "?" && !chars[i]!.quoted; i += step) count++;
    return count;
  };
  const first = chars[0];
  const from = first && isWildcard(first) ? run(first.char, 0, 1) : 0;
  const last = chars.at(-1);
  const back = last && chars.length > from && isWildcard(last) ? run(last.char, chars.length - 1, -1) : 0;
  return { from, to: Math.max(from, chars.length - back) };
};

/** Writes characters as a well-formed string; null where one is not allowed or a wildcard stands inside. */
export const valueOf = (chars: readonly CpeChar[]): string | null => {
  const { from, to } = bodyOf(chars);
  if (chars.length === 0 || chars.slice(from, to).some(isWildcard)) return null;
  if (chars.some(({ char }) => !isPrintable(char))) return null;
  return chars
    .map((one) => {
      const char = one.char.toLowerCase();
      return isPlain(char) || isWildcard(one) ? char : `\\${char}`;
    })
    .join("");
};

/** A name of the attributes given, the others being any; null when a value is not well-formed or the part is unknown. */
export const cpeName = (values: Partial<Record<CpeAttribute, string>>): CpeName | null => {
  const name: Partial<Record<CpeAttribute, string>> = {};
  for (const attribute of CPE_ATTRIBUTES) {
    const given = values[attribute] ?? CPE_ANY;
    const value = given === CPE_ANY || given === CPE_NA ? given : valueOf(charsOf(given));
    if (value === null) return null;
    name[attribute] = value;
  }
  return ["a", "h", "o", CPE_ANY, CPE_NA].includes(name.part!) ? (name as CpeName) : null;
};

/** The form `wfn:[part="a",vendor="x"]`, without the attributes that are any. */
export const formatWfn = (name: CpeName): string => {
  const given = CPE_ATTRIBUTES.filter((attribute) => name[attribute] !== CPE_ANY);
  const pairs = given.map((attribute) => {
    const value = name[attribute];
    return `${attribute}=${value === CPE_NA ? value : `"${value}"`}`;
  });
  return `wfn:[${pairs.join(",")}]`;
};
