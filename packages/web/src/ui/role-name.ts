import type { BuiltInRoleId } from "@zerotrace/core/schema";
import { say } from "./texts.ts";

const WORDS: Readonly<Record<BuiltInRoleId, string>> = {
  provider: say("provider"),
  admin: say("admin"),
  operator: say("operator"),
  viewer: say("viewer"),
  auditor: say("auditor"),
  "agent-manager": say("agent-manager"),
};

const isBuiltIn = (name: string): name is BuiltInRoleId => Object.hasOwn(WORDS, name);

/** A role's name in the language of the page; one of the company's own is called as it is. */
export const roleName = (name: string): string => (isBuiltIn(name) ? WORDS[name] : name);
