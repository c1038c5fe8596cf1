import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";

const ACTION_WORDS: Readonly<Record<string, string>> = {
  "vex.add": say("Added a VEX document"),
  "vex.remove": say("Removed a VEX document"),
  "decision.create": say("Decided"),
  "decision.approve": say("Approved a decision"),
  "decision.change": say("Changed a decision"),
  "decision.revoke": say("Revoked a decision"),
  "decision.expire": say("A decision ended"),
  "decision.reopen": say("Worse than what was decided: open again"),
};

/** How the entry of a change is called: an action of the audit trail in words, all else as it is. */
export const entryName = (name: string): string => ACTION_WORDS[name] ?? told(name);
