import { PROMPT_KEYS, PROMPT_WORDS_MAX, type PromptFilter, type PromptKey } from "./keys.ts";

/** A mistake in the prompt: where it stands (characters from 0) and one sentence with the mend. */
export interface PromptError {
  readonly at: number;
  readonly length: number;
  readonly message: string;
}

export interface ParsedPrompt {
  /** What was understood; parts with mistakes are left out. */
  readonly filter: PromptFilter;
  readonly errors: readonly PromptError[];
}

/** One word of the prompt as it stands in the text; quotes are already taken off `value`. */
export interface PromptToken {
  readonly at: number;
  readonly length: number;
  /** Null for a free word. */
  readonly key: string | null;
  readonly value: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TOKEN = /(?:([A-Za-z]\w*):)?(?:"([^"]*)"?|([^\s"]\S*))?/y;

/** Cuts a prompt into words: `key:value`, `key:"two words"`, `"quoted text"`, `word`. Linear in the text's length. */
export const tokenizePrompt = (text: string): readonly PromptToken[] => {
  const tokens: PromptToken[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at += 1;
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    const length = found?.[0].length || 1;
    const value = found ? (found[2] ?? found[3] ?? "") : text.charAt(at);
    tokens.push({ at, length, key: found?.[1] ?? null, value });
    at += length;
  }
  return tokens;
};

/** The key nearest to a mistyped one, or null when none is near. */
const nearest = (typed: string): PromptKey | null => {
  const lower = typed.toLowerCase();
  return (
    PROMPT_KEYS.find((k) => k.key.startsWith(lower) || lower.startsWith(k.key)) ??
    PROMPT_KEYS.find((k) => k.key.slice(0, 2) === lower.slice(0, 2)) ??
    null
  );
};

const unknownKey = (key: string): string => {
  const near = nearest(key);
  return near
    ? `There is no key "${key}". Did you mean ${near.key}: ?`
    : `There is no key "${key}". Keys: ${PROMPT_KEYS.map((k) => k.key).join(", ")}. Put quotes around text with a colon.`;
};

/** The value as the API takes it, or the mistake in it. */
const checkValue = (known: PromptKey, value: string): { value: string } | { message: string } => {
  if (value === "") {
    return { message: `${known.key}: needs a value, ${known.values.length ? known.values.join(", ") : known.says}.` };
  }
  if (value.length > known.maxLength) return { message: `${known.key}: takes at most ${known.maxLength} characters.` };
  if (known.field === "assetId" && !UUID.test(value)) {
    return { message: "asset: takes an asset's id. Open the asset and copy it from there." };
  }
  if (known.values.length === 0) return { value };
  const parts = known.many ? value.toLowerCase().split(",").filter(Boolean) : [value.toLowerCase()];
  const wrong = parts.find((part) => !known.values.includes(part));
  if (wrong !== undefined || parts.length === 0) {
    return { message: `${known.key}: does not know "${wrong ?? value}". Values: ${known.values.join(", ")}.` };
  }
  return { value: [...new Set(parts)].sort((a, b) => known.values.indexOf(a) - known.values.indexOf(b)).join(",") };
};

/**
 * Reads a prompt such as `severity:critical,high kev:true ecosystem:Debian:12 openssl`. Free words are joined to `q`.
 * Never throws: what is not understood is left out of the filter and named in `errors`, in the order of the text.
 */
export const parsePrompt = (text: string): ParsedPrompt => {
  const filter: Record<string, string> = {};
  const errors: PromptError[] = [];
  const words: string[] = [];
  for (const { at, length, key, value } of tokenizePrompt(text)) {
    if (key === null) {
      if (value) words.push(value);
      continue;
    }
    const known = PROMPT_KEYS.find((k) => k.key === key.toLowerCase());
    if (!known) {
      errors.push({ at, length, message: unknownKey(key) });
      continue;
    }
    if (filter[known.field] !== undefined) {
      const mend = known.many ? " Separate values with commas." : "";
      errors.push({ at, length, message: `${known.key}: stands twice. Keep one.${mend}` });
      continue;
    }
    const checked = checkValue(known, value);
    if ("message" in checked) errors.push({ at, length, message: checked.message });
    else filter[known.field] = checked.value;
  }
  const q = words.join(" ");
  if (q.length > PROMPT_WORDS_MAX) {
    errors.push({ at: 0, length: text.length, message: `Words take at most ${PROMPT_WORDS_MAX} characters.` });
  } else if (q) filter["q"] = q;
  return { filter, errors };
};

const quoted = (value: string): string => (/\s/.test(value) ? `"${value.replaceAll('"', "")}"` : value);

/** The prompt's text of a filter, keys in their fixed order, free words last. `parsePrompt` reads it back unchanged. */
export const formatPrompt = (filter: PromptFilter): string => {
  const parts: string[] = [];
  for (const { key, field } of PROMPT_KEYS) {
    const value = filter[field];
    if (value) parts.push(`${key}:${quoted(value)}`);
  }
  for (const word of filter.q?.split(/\s+/).filter(Boolean) ?? [])
    parts.push(/^[A-Za-z]\w*:/.test(word) ? `"${word}"` : word);
  return parts.join(" ");
};
