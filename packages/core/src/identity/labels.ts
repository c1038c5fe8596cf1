import { z } from "zod";

/** Labels of one asset, one token or one scope. */
export const LABELS_MAX = 32;

/** A label: what groups assets into sites, teams and stages, such as `site:berlin`. Lower case, 1 to 100 characters. */
export const label = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._:-]{0,99}$/, "Labels have lower-case letters, digits and . _ : -, at most 100 characters");

/** Labels, sorted and each once. */
export const labels = z
  .array(label)
  .max(LABELS_MAX)
  .transform((list) => [...new Set(list)].sort());
