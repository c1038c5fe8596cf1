import { ERRORS } from "@zerotrace/core/errors";
import { say } from "./texts.ts";
import { told } from "./told.ts";

const isCode = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/**
 * What a refusal says, in the language of the page. What has no sentence there, such as what another server said, begins with what its code
 * means.
 */
export const refusalIn = (code: string, detail: string): string => {
  const said = told(detail);
  return said === detail && isCode(code) ? `${say(ERRORS[code].title)}: ${detail}` : said;
};
