import type { FixState, FixVerification } from "@zerotrace/core/fix/work";
import type { Fix } from "../../api.ts";
import { decimal, plural } from "../../ui/format.ts";
import { say } from "../../ui/texts.ts";

/** How a state of the work is called. */
export const STATE_WORDS: Readonly<Record<FixState, string>> = {
  open: say("open"),
  planned: say("planned"),
  in_work: say("in work"),
  done: say("done, to be checked"),
};

/** What inventories say of what was called done. */
export const VERIFICATION_WORDS: Readonly<Record<FixVerification, string>> = {
  waiting: say("waits for inventories"),
  verified: say("verified"),
  not_fixed: say("not fixed"),
  came_back: say("came back"),
};

type Due = Pick<Fix, "dueInDays" | "isOverdue">;

/** When something is due, in words; nothing where it has no time. */
export const dueText = ({ dueInDays, isOverdue }: Due): string => {
  if (dueInDays === null) return "";
  if (isOverdue) return say("overdue {days}", { days: plural(Math.max(1, -dueInDays), "day") });
  return say("due in {days}", { days: plural(dueInDays, "day") });
};

/** What is done about it, in words. */
export const workText = (work: Fix["work"]): string => {
  if (work === null) return STATE_WORDS.open;
  return work.verification === null ? STATE_WORDS[work.state] : VERIFICATION_WORDS[work.verification];
};

/** Days as a number with one decimal at most. */
export const daysText = (days: number | null): string =>
  days === null ? "–" : say("{n} d", { n: days < 10 ? decimal(days) : String(Math.round(days)) });
