import type { SavedView, Session } from "../../api.ts";
import { entriesFor } from "../../ui/nav.tsx";
import { addressOf } from "../views/search.ts";
import { say } from "../../ui/texts.ts";

/** Something that the palette offers. */
export interface Command {
  readonly id: string;
  readonly name: string;
  /** What it is, at the right. */
  readonly says?: string;
  readonly keys?: string;
  run(): void | Promise<unknown>;
}

/** Commands under one heading. */
export interface Group {
  readonly name: string;
  readonly commands: readonly Command[];
}

/** Whether all words of what was typed stand in a name, in any order and case. */
export const fits = (typed: string, name: string): boolean => {
  const text = name.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

/** The groups with what fits alone; without those that have nothing left. */
export const fitting = (groups: readonly Group[], typed: string): readonly Group[] =>
  groups
    .map(({ name, commands }) => ({ name, commands: commands.filter((c) => fits(typed, `${c.name} ${c.says ?? ""}`)) }))
    .filter(({ commands }) => commands.length > 0);

type Go = (address: { to: string; search?: object }) => void;

/** Every page that the session opens. */
export const pageCommands = (session: Session, go: Go): Command[] =>
  entriesFor(session).map(({ to, name, group }) => ({ id: to, name, says: group, run: () => go({ to }) }));

/** Every saved view. */
export const viewCommands = (views: readonly SavedView[], go: Go): Command[] =>
  views.map((view) => ({
    id: view.id,
    name: view.name,
    says: say("{choice}view of {noun}", { choice: view.shared ? `${say("shared")} ` : "", noun: say(view.noun) }),
    run: () => go(addressOf(view)),
  }));
