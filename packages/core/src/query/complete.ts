import { PROMPT_KEYS } from "./keys.ts";
import { tokenizePrompt } from "./prompt.ts";

/** Replace `length` characters at `at` by `insert`. */
export interface Completion {
  readonly at: number;
  readonly length: number;
  readonly insert: string;
  readonly says: string;
}

/** Most completions offered at once. */
export const COMPLETIONS_MAX = 10;

/**
 * What may follow at the caret: keys while a word is being typed, values after a colon. `known` gives values that only
 * the caller knows, by key, such as the ecosystems in use. Best first, at most `COMPLETIONS_MAX`.
 */
export const completePrompt = (
  text: string,
  caret: number,
  known: Readonly<Record<string, readonly string[]>> = {},
): readonly Completion[] => {
  const token = tokenizePrompt(text).find((t) => caret > t.at && caret <= t.at + t.length);
  const typed = token ? text.slice(token.at, caret) : "";
  const at = token?.at ?? caret;
  const length = token?.length ?? 0;
  const colon = typed.indexOf(":");
  if (colon < 0) {
    return PROMPT_KEYS.filter((k) => k.key.startsWith(typed.toLowerCase()))
      .map((k) => ({ at, length, insert: `${k.key}:`, says: k.says }))
      .slice(0, COMPLETIONS_MAX);
  }
  const key = PROMPT_KEYS.find((k) => k.key === typed.slice(0, colon).toLowerCase());
  if (!key) return [];
  const written = typed.slice(colon + 1).replaceAll('"', "");
  const before = key.many ? written.slice(0, written.lastIndexOf(",") + 1) : "";
  const last = written.slice(before.length).toLowerCase();
  const values = key.values.length > 0 ? key.values : (known[key.key] ?? []);
  return values
    .filter((v) => v.toLowerCase().startsWith(last) && v.toLowerCase() !== last && !before.split(",").includes(v))
    .map((v) => {
      const value = before + v;
      return { at, length, insert: `${key.key}:${/\s/.test(value) ? `"${value}"` : value}`, says: key.says };
    })
    .slice(0, COMPLETIONS_MAX);
};
