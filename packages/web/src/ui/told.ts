import { tellerOf } from "./teller.ts";
import { language, LOCALE, say } from "./texts.ts";

const sentences = language === "en" ? [] : (await import("./sentences.ts")).SENTENCES;

/**
 * A word or sentence of the server's in the language of the page. The server says what it says in English; what the list of sentences does
 * not hold is shown so.
 */
export const told: (text: string) => string = language === "en" ? (text) => text : tellerOf(sentences, say, LOCALE);
