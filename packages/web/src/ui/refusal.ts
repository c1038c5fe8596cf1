import { ERRORS } from "@zerotrace/core/errors";
import { tellerOf } from "./teller.ts";
import { language, LOCALE, say } from "./texts.ts";

const sentences =
  language === "en" ? [] : [...(await import("./refusals.ts")).REFUSALS, ...(await import("./sentences.ts")).SENTENCES];
const tell = tellerOf(sentences, say, LOCALE);

const isCode = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/** What went wrong on the server, in the language of the page; what others said, such as a registry, stays as it is. */
export const toldFault = (text: string): string => (language === "en" ? text : tell(text));

/** What a refusal says, in the language of the page. What has no sentence there begins with what its code means. */
export const refusalIn = (code: string, detail: string): string => {
  const said = toldFault(detail);
  return said === detail && isCode(code) ? `${say(ERRORS[code].title)}: ${detail}` : said;
};
