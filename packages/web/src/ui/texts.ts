import { readStored, writeStored } from "./stored.ts";

/** The languages that there are, each by its own name; every one but English is a file in `texts/`. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** What a language says for the English text. */
type Catalog = Readonly<Record<string, string>>;

const isLanguage = (value: string | null | undefined): value is Language =>
  value !== null && value !== undefined && Object.hasOwn(LANGUAGES, value);

/** The language that this browser chose; English unless it chose one. */
const chosen = (): Language => {
  const stored = readStored("language");
  return isLanguage(stored) ? stored : "en";
};

const catalogOf = async (language: Language): Promise<Catalog> => {
  if (language === "en") return {};
  try {
    return ((await import(`../texts/${language}.json`)) as { default: Catalog }).default;
  } catch {
    // a server that is just being updated has the file under another name: better English than nothing
    return {};
  }
};

/** The language of this page; another one needs the page anew. */
export const language = chosen();

/** The locale of numbers and days in this language. */
export const LOCALE = language === "en" ? "en-US" : language;

const catalog = await catalogOf(language);

/** Chooses the language of this browser and loads the page anew in it. */
export const chooseLanguage = (next: Language): void => {
  writeStored("language", next === "en" ? null : next);
  location.reload();
};

/** What stands in the places of a text; nothing for what is none, as in JSX. */
export type Values = Readonly<Record<string, string | number | false | null | undefined>>;

/**
 * The text in the language of the page, with the values in the places of their names: `say("{count} hosts", { count })`. The English
 * text is the key of the catalog; what a catalog lacks is said in English.
 */
export const say = (text: string, values?: Values): string => {
  const said = catalog[text] ?? text;
  return values === undefined
    ? said
    : said.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
        Object.hasOwn(values, name) ? String(values[name] || (values[name] === 0 ? 0 : "")) : whole,
      );
};
