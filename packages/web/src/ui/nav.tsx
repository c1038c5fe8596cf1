import { Link } from "@tanstack/react-router";
import type { Permission } from "@zerotrace/core/schema";
import type { Session } from "../api.ts";
import { say } from "./texts.ts";

interface Entry {
  readonly to: string;
  readonly name: string;
  /** Who lacks it does not see the entry; the server decides in any case. */
  readonly needs?: Permission;
}

/** Every page of the navigation by what a person wants there. */
export const NAV = [
  {
    name: say("Work"),
    entries: [
      { to: "/", name: say("Overview"), needs: "findings:read" },
      { to: "/changes", name: say("What changed"), needs: "findings:read" },
      { to: "/fixes", name: say("Fixes"), needs: "findings:read" },
      { to: "/findings", name: say("Findings"), needs: "findings:read" },
      { to: "/affected", name: say("Affected?"), needs: "findings:read" },
      { to: "/decisions", name: say("Decisions"), needs: "findings:read" },
      { to: "/dashboards", name: say("Dashboards"), needs: "findings:read" },
      { to: "/executive", name: say("For the board"), needs: "findings:read" },
    ],
  },
  {
    name: say("Inventory"),
    entries: [
      { to: "/assets", name: say("Assets"), needs: "assets:read" },
      { to: "/components", name: say("Components"), needs: "assets:read" },
      { to: "/agents", name: say("Agents"), needs: "assets:read" },
      { to: "/upload", name: say("Upload"), needs: "assets:read" },
      { to: "/registries", name: say("Registries"), needs: "assets:read" },
    ],
  },
  {
    name: say("Knowledge"),
    entries: [
      { to: "/advisories", name: say("Advisories"), needs: "findings:read" },
      { to: "/vex", name: "VEX", needs: "findings:read" },
      { to: "/feeds", name: say("Feeds"), needs: "feeds:read" },
    ],
  },
  {
    name: say("Company"),
    entries: [
      { to: "/people", name: say("People"), needs: "users:read" },
      { to: "/roles", name: say("Roles"), needs: "users:read" },
      { to: "/single-sign-on", name: say("Single sign-on"), needs: "sso:manage" },
      { to: "/settings", name: say("Settings"), needs: "users:read" },
      { to: "/webhooks", name: say("Webhooks"), needs: "webhooks:manage" },
      { to: "/audit", name: say("Audit"), needs: "audit:read" },
      { to: "/tokens", name: say("Tokens"), needs: "tokens:manage" },
      { to: "/jobs", name: say("Jobs"), needs: "jobs:read" },
      { to: "/status", name: say("Health"), needs: "jobs:read" },
    ],
  },
  {
    name: say("Platform"),
    entries: [{ to: "/companies", name: say("Companies"), needs: "companies:manage" }],
  },
] as const satisfies readonly { readonly name: string; readonly entries: readonly Entry[] }[];

export type NavPath = (typeof NAV)[number]["entries"][number]["to"];

const mayOpen = (session: Session, { needs }: Entry): boolean =>
  needs === undefined || session.permissions.includes(needs);

/** Every entry that the session opens, with the heading that it stands under. */
export const entriesFor = (session: Session): readonly (Entry & { readonly group: string })[] =>
  NAV.flatMap(({ name, entries }) =>
    entries.filter((entry) => mayOpen(session, entry)).map((entry) => ({ ...entry, group: name })),
  );

/** The navigation: a rail on the left where there is room, else a panel that the menu button opens. */
export const Nav = ({ session, open, onFollow }: { session: Session; open: boolean; onFollow: () => void }) => (
  <nav
    aria-label={say("Main")}
    className={`${open ? "grid grid-cols-2 gap-x-4" : "hidden"} absolute inset-x-0 top-12 z-40 max-h-[calc(100dvh-5rem)] overflow-y-auto border-b border-line bg-panel p-3 wide:static wide:block wide:max-h-none wide:border-0 wide:bg-transparent wide:p-0`}
  >
    {NAV.map(({ name, entries }) => {
      const shown = entries.filter((entry) => mayOpen(session, entry));
      return shown.length === 0 ? null : (
        <div key={name} className="mb-3 wide:mb-2">
          <h2 id={`nav-${name}`} className="px-3 pt-1 pb-1 text-xs text-dim">
            {name}
          </h2>
          <ul aria-labelledby={`nav-${name}`}>
            {shown.map((entry) => (
              <li key={entry.to}>
                <Link
                  to={entry.to}
                  onClick={onFollow}
                  activeOptions={{ exact: entry.to === "/", includeSearch: false }}
                  className="flex h-8 items-center border-l-2 wide:h-7 border-transparent px-3 text-sm text-dim hover:bg-raised hover:text-text aria-[current=page]:border-accent aria-[current=page]:bg-raised aria-[current=page]:text-text"
                >
                  {entry.name}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      );
    })}
  </nav>
);
