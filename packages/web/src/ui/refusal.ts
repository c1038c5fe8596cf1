import { ERRORS } from "@zerotrace/core/errors";
import { REFUSALS } from "./refusals.ts";
import { SENTENCES } from "./sentences.ts";
import { tellerOf } from "./teller.ts";
import { LOCALE, say } from "./texts.ts";

const tell = tellerOf([...REFUSALS, ...SENTENCES], say, LOCALE);

const isCode = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/**
 * What a refusal says, in the language of the page. What has no sentence there, such as what another server said, begins with what its code
 * means.
 */
export const refusalIn = (code: string, detail: string): string => {
  const said = tell(detail);
  return said === detail && isCode(code) ? `${say(ERRORS[code].title)}: ${detail}` : said;
};
