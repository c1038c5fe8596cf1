import { Link } from "@tanstack/react-router";
import type { Permission } from "@zerotrace/core/schema";
import type { Session } from "../api.ts";

interface Entry {
  readonly to: string;
  readonly name: string;
  /** Who lacks it does not see the entry; the server decides in any case. */
  readonly needs?: Permission;
}

/** Every page of the navigation by what a person wants there. */
export const NAV = [
  {
    name: "Work",
    entries: [
      { to: "/", name: "Overview", needs: "findings:read" },
      { to: "/changes", name: "What changed", needs: "findings:read" },
      { to: "/findings", name: "Findings", needs: "findings:read" },
      { to: "/affected", name: "Affected?", needs: "findings:read" },
      { to: "/decisions", name: "Decisions", needs: "findings:read" },
    ],
  },
  {
    name: "Inventory",
    entries: [
      { to: "/assets", name: "Assets", needs: "assets:read" },
      { to: "/components", name: "Components", needs: "assets:read" },
      { to: "/agents", name: "Agents", needs: "assets:read" },
      { to: "/upload", name: "Upload", needs: "assets:read" },
      { to: "/registries", name: "Registries", needs: "assets:read" },
    ],
  },
  {
    name: "Knowledge",
    entries: [
      { to: "/advisories", name: "Advisories", needs: "findings:read" },
      { to: "/vex", name: "VEX", needs: "findings:read" },
      { to: "/feeds", name: "Feeds", needs: "feeds:read" },
    ],
  },
  {
    name: "Company",
    entries: [
      { to: "/people", name: "People", needs: "users:read" },
      { to: "/roles", name: "Roles", needs: "users:read" },
      { to: "/single-sign-on", name: "Single sign-on", needs: "sso:manage" },
      { to: "/settings", name: "Settings", needs: "users:read" },
      { to: "/audit", name: "Audit", needs: "audit:read" },
      { to: "/tokens", name: "Tokens", needs: "tokens:manage" },
      { to: "/jobs", name: "Jobs", needs: "jobs:read" },
    ],
  },
  {
    name: "Platform",
    entries: [{ to: "/companies", name: "Companies", needs: "companies:manage" }],
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
    aria-label="Main"
    className={`${open ? "grid grid-cols-2 gap-x-4" : "hidden"} absolute inset-x-0 top-12 z-40 max-h-[calc(100dvh-5rem)] overflow-y-auto border-b border-line bg-panel p-3 wide:static wide:block wide:max-h-none wide:border-0 wide:bg-transparent wide:p-0`}
  >
    {NAV.map(({ name, entries }) => {
      const shown = entries.filter((entry) => mayOpen(session, entry));
      return shown.length === 0 ? null : (
        <section key={name} className="mb-3 wide:mb-2" aria-labelledby={`nav-${name}`}>
          <h2 id={`nav-${name}`} className="px-3 pt-1 pb-1 text-xs text-dim">
            {name}
          </h2>
          <ul>
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
        </section>
      );
    })}
  </nav>
);
