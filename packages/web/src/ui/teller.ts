interface Sentence {
  readonly text: string;
  readonly shape: RegExp;
}

const NUMBER = String.raw`[\d,]+(?:\.\d+)?\+?|[+-]\d+`;
const plain = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Of two that fit, the one that begins with words of its own is meant, and of those the one that says more. */
const shapesOf = (sentences: readonly string[]): readonly Sentence[] =>
  sentences
    .filter((text) => text.includes("{"))
    .sort((a, b) => Number(a.startsWith("{")) - Number(b.startsWith("{")) || b.length - a.length)
    .map((text) => {
      const shape = plain(text).replaceAll(/\\\{(\w+)\\\}/g, (_, name: string) =>
        /^n\d?$/.test(name) ? `(?<${name}>${NUMBER})` : `(?<${name}>.+?)`,
      );
      return { text, shape: new RegExp(`^${shape}$`, "s") };
    });

/** Cuts where a separator stands outside of brackets. */
const cut = (text: string, separator: string): string[] => {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === "(") depth += 1;
    else if (text[i] === ")") depth -= 1;
    else if (depth === 0 && text.startsWith(separator, i)) {
      parts.push(text.slice(from, i));
      from = i + separator.length;
    }
  }
  return [...parts, text.slice(from)];
};

const firstIn = (text: string, change: (letter: string) => string): string => change(text.charAt(0)) + text.slice(1);
const lower = (letter: string): string => letter.toLowerCase();
const upper = (letter: string): string => letter.toUpperCase();

/** `1,284` and `10.0` as the language writes them. */
const numberIn = (text: string, locale: string): string => {
  const digits = /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
  const value = Number(text.replaceAll(/[,+]/g, ""));
  if (Number.isNaN(value)) return text;
  const told = value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text.startsWith("+") ? "+" : ""}${told}${text.endsWith("+") ? "+" : ""}`;
};

/**
 * Tells texts that were built elsewhere, from `sentences`: whole, or part by part where they are joined by semicolons and commas. What is
 * none of them stays as it is.
 */
export const tellerOf = (
  sentences: readonly string[],
  tell: (text: string, values?: Readonly<Record<string, string>>) => string,
  locale: string,
): ((text: string) => string) => {
  const known = new Set(sentences);
  const shapes = shapesOf(sentences);
  const whole = (text: string): string | null => {
    if (known.has(text)) return tell(text);
    for (const sentence of shapes) {
      const found = sentence.shape.exec(text)?.groups;
      if (found === undefined) continue;
      const values = Object.entries(found).map(([name, value]) => [
        name,
        name.startsWith("says") ? told(value) : /^n\d?$/.test(name) ? numberIn(value, locale) : value,
      ]);
      return tell(sentence.text, Object.fromEntries(values));
    }
    return null;
  };
  const joined = (text: string): string | null => {
    for (const separator of ["; ", ", "]) {
      const parts = cut(text, separator);
      if (parts.length > 1) return parts.map(told).join(separator);
    }
    return null;
  };
  const told = (text: string): string => {
    const exactly = whole(text);
    if (exactly !== null) return exactly;
    // a sentence made of parts: its first letter and its full stop are its own
    if (/^[A-Z].*\.$/s.test(text)) {
      const inner = firstIn(text.slice(0, -1), lower);
      const said = whole(inner) ?? joined(inner) ?? inner;
      if (said !== inner) return `${firstIn(said, upper)}.`;
    }
    return joined(text) ?? text;
  };
  return told;
};
