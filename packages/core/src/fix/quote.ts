const PLAIN = /^[\w@%+=:,./^~-]+$/;
const NAME_CHARS_MAX = 300;

/**
 * Whether a command may be made of a name or version: lockfiles may hold any text. None may be an option, hold blanks or control
 * characters, or lead to the outside.
 */
export const mayStand = (word: string): boolean =>
  word !== "" &&
  word.length <= NAME_CHARS_MAX &&
  !word.startsWith("-") &&
  !word.includes("..") &&
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  !/[\s\u0000-\u001f\u007f-\u009f]/.test(word);

/** A word as a person types it in a POSIX shell. */
export const shWord = (word: string): string => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

/** A word as a person types it in PowerShell. */
export const psWord = (word: string): string => `'${word.replaceAll(/['\u2018-\u201b]/g, "$&$&")}'`;

/** A text as YAML takes it: JSON is YAML. */
export const yamlText = (text: string): string => JSON.stringify(text);

/** A text that stands for itself in a regular expression. */
export const regexText = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
