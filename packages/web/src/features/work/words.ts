import type { Finding, TimelineEvent } from "../../api.ts";
import { say } from "../../ui/texts.ts";
import { KIND_WORDS } from "../decisions/words.ts";

/** The life of a finding in a word. */
export const STATE_WORDS: Readonly<Record<Finding["state"], string>> = {
  open: say("open"),
  acknowledged: say("acknowledged"),
  in_work: say("in work"),
  accepted: say("accepted"),
  not_affected: say("not affected"),
  fixed: say("fixed"),
  reopened: say("reopened"),
};

const decided = ({ decision }: TimelineEvent): string => (decision ? KIND_WORDS[decision.kind] : "");

const SIMPLE: Partial<Readonly<Record<TimelineEvent["kind"], string>>> = {
  first_seen: say("First seen here"),
  published: say("The advisory was published"),
  fixed: say("Fixed: no asset has it any more"),
  reopened: say("Came back"),
};

const ruled = (e: TimelineEvent, by: string): string => {
  const decision = decided(e);
  if (e.kind === "decided") return say("{by} decided: {decision}", { by, decision });
  if (e.kind === "approved") return say("{by} approved: {decision}", { by, decision });
  if (e.kind === "revoked") return say("{by} revoked: {decision}", { by, decision });
  if (e.kind === "expired") return say("Expired: {decision}", { decision });
  return e.says === "kev"
    ? say("Open again: it is exploited since it was decided")
    : say("Open again: it became worse than what was decided");
};

/** What happened, in a sentence without a full stop; comments and files speak for themselves. */
export const eventText = (e: TimelineEvent): string => {
  const simple = SIMPLE[e.kind];
  if (simple !== undefined) return simple;
  const by = e.by ?? say("Somebody");
  if (e.kind === "state") return say("{by} set it to {state}", { by, state: STATE_WORDS[e.state ?? "open"] });
  if (e.kind === "assigned") {
    return e.assignee === null
      ? say("{by} gave it to nobody", { by })
      : say("{by} gave it to {assignee}", { by, assignee: e.assignee });
  }
  if (e.kind === "comment") return say("{by} commented", { by });
  if (e.kind === "attachment") return say("{by} attached a file", { by });
  if (e.kind === "vex") {
    return say("{by} says in a VEX statement: {says}", { by, says: (e.says ?? "").replaceAll("_", " ") });
  }
  return ruled(e, by);
};
