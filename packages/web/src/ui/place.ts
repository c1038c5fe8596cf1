import { say } from "./texts.ts";

/** What entries of lists are called on pages, by the name of the list in the API. */
const ENTRIES: Readonly<Record<string, (n: number) => string>> = {
  labels: (n) => say("Label {n}", { n }),
  add: (n) => say("Label {n}", { n }),
  remove: (n) => say("Label {n}", { n }),
  rules: (n) => say("Rule {n}", { n }),
  ranges: (n) => say("Address {n}", { n }),
};

const PATH =
  /^((?:[\w-]+\.)*?)([A-Za-z][\w-]*)\.(\d+)((?:\.[\w-]+)*) in the body: (.*?)(?:\. Correct it and send again\.)?$/s;

/**
 * A refusal as a person on a page reads it: entries of lists are counted from one and called what the page calls them. `enrollment.labels.1 in
 * the body: …` begins with `Label 2`. Anything else stays as it is; `tell` puts what is wrong into the language of the page.
 */
export const placed = (detail: string, tell: (text: string) => string = (text) => text): string => {
  const [, , list = "", index = "", , says = ""] = PATH.exec(detail) ?? [];
  if (list === "") return tell(detail);
  const n = Number(index) + 1;
  const what = ENTRIES[list]?.(n) ?? say("Entry {n}", { n });
  return say("{what}: {says}.", { what, says: tell(says) });
};
