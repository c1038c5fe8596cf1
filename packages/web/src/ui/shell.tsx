import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { ApiError } from "@zerotrace/sdk";
import { LogOut, Menu, SunMoon } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { call, contract, queries, type Session } from "../api.ts";
import { SignInHelp } from "../features/sessions/sign-in-help.tsx";
import { useLive } from "../live-context.ts";
import { useLiveStream } from "../live.ts";
import { chooseTheme, storedTheme, THEMES } from "../theme/theme.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./hooks.ts";
import { Prompt } from "./prompt.tsx";
import { ErrorPanel, PageSkeleton } from "./states.tsx";
import { StatusLine } from "./status-line.tsx";

const NAV = [
  ["/", "Overview"],
  ["/findings", "Findings"],
  ["/assets", "Assets"],
  ["/components", "Components"],
  ["/advisories", "Advisories"],
  ["/affected", "Affected?"],
  ["/upload", "Upload"],
  ["/vex", "VEX"],
  ["/feeds", "Feeds"],
  ["/agents", "Agents"],
  ["/jobs", "Jobs"],
  ["/tokens", "Tokens"],
] as const;

const GOTO: Readonly<Record<string, (typeof NAV)[number][0]>> = {
  o: "/",
  f: "/findings",
  a: "/assets",
  c: "/components",
  v: "/advisories",
};

const nextTheme = () => {
  const at = THEMES.indexOf(storedTheme());
  chooseTheme(THEMES[(at + 1) % THEMES.length] ?? "dark");
};

const Nav = ({ open, onFollow }: { open: boolean; onFollow: () => void }) => (
  <nav
    aria-label="Main"
    className={`${open ? "grid grid-cols-2" : "hidden"} absolute inset-x-0 top-12 z-40 border-b border-line bg-panel p-2 wide:static wide:flex wide:border-0 wide:bg-transparent wide:p-0`}
  >
    {NAV.map(([to, name]) => (
      <Link
        key={to}
        to={to}
        onClick={onFollow}
        activeOptions={{ exact: to === "/", includeSearch: false }}
        className="flex h-12 items-center border-b-2 border-transparent px-3 text-sm text-dim hover:text-text aria-[current=page]:border-accent aria-[current=page]:text-text"
      >
        {name}
      </Link>
    ))}
  </nav>
);

const useGlobalKeys = (openHelp: () => void): void => {
  const navigate = useNavigate();
  const going = useRef(false);
  const onKey = useCallback(
    (key: string): boolean => {
      const target = going.current ? GOTO[key] : undefined;
      going.current = key === "g";
      if (target) void navigate({ to: target });
      else if (key === "/") document.querySelector<HTMLInputElement>("[data-prompt]")?.focus();
      else if (key === "?") openHelp();
      else if (key === "t") nextTheme();
      else return false;
      return true;
    },
    [navigate, openHelp],
  );
  useKeys(onKey);
};

/** Puts the reading position at the page's start after a change of page, as a page load would. */
const useFocusOnChange = () => {
  const path = useRouterState({ select: (s) => s.location.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
  }, [path]);
};

const SignOut = () => {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => call(contract.sessions.signOut),
    onSettled: () => client.resetQueries(),
  });
  return (
    <button
      type="button"
      className="button w-8 px-0"
      onClick={() => signOut.mutate()}
      aria-label="Sign out"
      title="Sign out"
    >
      <LogOut className="size-4 shrink-0" />
    </button>
  );
};

const SignedIn = ({ session }: { session: Session }) => {
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  useLiveStream(useLive());
  useGlobalKeys(openHelp);
  useFocusOnChange();
  return (
    <>
      <a href="#main" className="button sr-only z-50 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        Skip to the page
      </a>
      <header className="sticky top-0 z-20 border-b border-line bg-panel">
        <div className="mx-auto flex h-12 max-w-[1440px] items-center gap-2 px-4">
          <Link to="/" className="mono mr-2 flex items-center gap-2 font-bold" aria-label="ZeroTrace, overview">
            <span aria-hidden="true" className="text-accent">
              ▍
            </span>
            zerotrace
          </Link>
          <Nav open={menu} onFollow={() => setMenu(false)} />
          <button
            type="button"
            className="button ml-auto w-8 px-0"
            onClick={nextTheme}
            aria-label="Next theme"
            title="Next theme (t)"
          >
            <SunMoon className="size-4 shrink-0" />
          </button>
          <SignOut />
          <button type="button" className="button wide:hidden" aria-expanded={menu} onClick={() => setMenu((m) => !m)}>
            <Menu className="size-4" /> Menu
          </button>
        </div>
        <div className="border-t border-line bg-page focus-within:shadow-[inset_0_-1px_var(--accent)]">
          <div className="mx-auto flex max-w-[1440px] px-4">
            <Prompt />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1} className="mx-auto max-w-[1440px] px-4 pb-12 outline-none">
        <Outlet />
      </main>
      <StatusLine session={session} onHelp={openHelp} />
      <Help open={help} onClose={() => setHelp(false)} />
    </>
  );
};

/** The frame of every page: navigation, the prompt, the page, the status line; or how to sign in. */
export const Shell = () => {
  const path = useRouterState({ select: (s) => s.location.pathname });
  const session = useQuery({ ...queries.session(), enabled: path !== "/sign-in" });
  if (path === "/sign-in") return <Outlet />;
  const expired = session.error instanceof ApiError && session.error.status === 401;
  if (expired) return <SignInHelp />;
  if (session.data) return <SignedIn session={session.data} />;
  return (
    <div className="mx-auto max-w-3xl p-4">
      {session.error ? <ErrorPanel error={session.error} retry={() => void session.refetch()} /> : <PageSkeleton />}
    </div>
  );
};
