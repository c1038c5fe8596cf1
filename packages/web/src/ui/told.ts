import { tellerOf } from "./teller.ts";
import { language, LOCALE, say } from "./texts.ts";

const sentences =
  language === "en" ? [] : [...(await import("./sentences.ts")).SENTENCES, ...(await import("./refusals.ts")).REFUSALS];

/**
 * A word or sentence of the server's in the language of the page. The server says what it says in English; what the lists of sentences do
 * not hold is shown so.
 */
export const told: (text: string) => string = language === "en" ? (text) => text : tellerOf(sentences, say, LOCALE);
