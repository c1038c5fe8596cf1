import { z } from "zod";

/** Labels of one asset, one token or one scope. */
export const LABELS_MAX = 32;
/** Of one label (characters). */
const CHARS_MAX = 100;

const SHAPE = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:-]{0,99}$/u;

/** A label as it is stored and asked for: letters of any language in lower case, each written in one way. */
export const labelForm = (text: string): string => text.normalize("NFC").toLowerCase().normalize("NFC");

/** Whether a text is a label in its form: nothing in it needs quoting in SQL, in a list with commas, in a query or in a file name. */
export const isLabel = (text: string): boolean => SHAPE.test(text) && labelForm(text) === text;

/** The label that is nearest to a text: what cannot be in one becomes a dash. Empty where nothing is left. */
const nearest = (text: string): string =>
  Array.from(labelForm(text))
    .map((letter) => (/[\p{L}\p{M}\p{N}._:-]/u.test(letter) ? letter : "-"))
    .slice(0, CHARS_MAX)
    .join("")
    .replaceAll(/-{2,}/g, "-")
    .replace(/^[^\p{L}\p{N}]+/u, "")
    .replace(/-+$/, "");

const wrong = (written: string): { readonly message: string } => {
  const text = written.slice(0, CHARS_MAX);
  const near = nearest(written);
  return {
    message:
      near === ""
        ? `"${text}" is no label: begin with a letter or a digit`
        : `"${text}" is no label: these have letters, digits and . _ : -, at most ${CHARS_MAX}, and no space; write ${near}`,
  };
};

/**
 * A label: what groups assets into sites, teams and stages, such as `site:münchen`. Letters of any language, taken in lower case and
 * normalized (NFC), 1 to 100 characters.
 */
export const label = z
  .string()
  .overwrite(labelForm)
  .regex(SHAPE, { error: ({ input }) => wrong(String(input)) });

/** Labels, sorted and each once. */
export const labels = z
  .array(label)
  .max(LABELS_MAX)
  .transform((list) => [...new Set(list)].sort());
