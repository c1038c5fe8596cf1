import { IsRestoringProvider, useQuery } from "@tanstack/react-query";
import { Link, Navigate, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { ApiError } from "@zerotrace/sdk";
import { Menu } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { queries, type Session } from "../api.ts";
import { VisitBanner } from "../features/companies/visit-banner.tsx";
import { SetUpFactor } from "../features/me/set-up-factor.tsx";
import { PasswordForm } from "../features/sessions/password-form.tsx";
import { useLive } from "../live-context.ts";
import { useLiveStream } from "../live.ts";
import { Account, CompanyChoice, nextTheme } from "./account.tsx";
import { useFocusKept } from "./focus-kept.ts";
import { Help } from "./help.tsx";
import { useKeys } from "./hooks.ts";
import { NAV, Nav, type NavPath } from "./nav.tsx";
import { Prompt } from "./prompt.tsx";
import { openingOf, type Place, standingOf } from "./standing.ts";
import { Empty, ErrorPanel, PageSkeleton } from "./states.tsx";
import { StaleMark } from "./stale.tsx";
import { StatusLine } from "./status-line.tsx";
import { Toasts } from "./toast.tsx";
import { useBrand, useBrandColor } from "./brand.ts";
import { say } from "./texts.ts";

const GOTO: Readonly<Record<string, NavPath>> = {
  o: "/",
  f: "/findings",
  a: "/assets",
  c: "/components",
  v: "/advisories",
};

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

const PRODUCT = "zerotrace";

/** The company's own sign where it has one, else ours. */
const Logo = () => {
  const brand = useBrand();
  const name = brand.name ?? PRODUCT;
  useBrandColor(brand);
  return (
    <Link
      to="/"
      className="mono flex h-12 min-w-0 shrink-0 items-center gap-2 px-3 font-bold"
      aria-label={say("{name}, overview", { name })}
    >
      {brand.logo === null ? (
        <span aria-hidden="true" className="text-accent">
          ▍
        </span>
      ) : (
        <img src={brand.logo} alt="" className="h-7 max-w-20 object-contain" />
      )}
      <span className="truncate">{name}</span>
    </Link>
  );
};

const PLACES = NAV.flatMap<Place>(({ entries }) => [...entries]);

/** The page at the address, or why there is nothing to see for this person. */
const PageFor = ({ session }: { session: Session }) => {
  // the page that stands there: while the next one is fetched, the address is ahead of it
  const path = useRouterState({ select: (s) => s.matches.at(-1)?.pathname ?? s.location.pathname });
  const opening = openingOf(path, session.permissions, PLACES);
  if (opening.is === "open") return <Outlet />;
  if (opening.is === "elsewhere") return <Navigate to={opening.to} replace />;
  return (
    <section className="panel mt-4">
      <Empty
        title={
          session.permissions.length === 0
            ? say("You have no role here yet")
            : say("This page is not part of your role")
        }
      >
        <p>
          {say("It needs the permission")} <code>{opening.needs}</code>
          {say(". Ask an administrator of {companyName} for a role that has it.", { companyName: session.companyName })}
        </p>
      </Empty>
    </section>
  );
};

const SignedIn = ({ session, isEnded }: { session: Session; isEnded: boolean }) => {
  const [help, setHelp] = useState(false);
  const [menu, setMenu] = useState(false);
  const openHelp = useCallback(() => setHelp(true), []);
  const maySeeFindings = session.permissions.includes("findings:read");
  useLiveStream(useLive(), maySeeFindings && !isEnded);
  useGlobalKeys(openHelp);
  useFocusOnChange();
  useFocusKept();
  return (
    <>
      <a href="#main" className="button sr-only z-50 focus:not-sr-only focus:fixed focus:top-2 focus:left-2">
        {say("Skip to the page")}
      </a>
      <div className="wide:grid wide:grid-cols-[208px_minmax(0,1fr)]">
        <header className="sticky top-0 z-30 flex h-12 items-center border-b border-line bg-panel wide:h-[calc(100dvh-2rem)] wide:flex-col wide:items-stretch wide:overflow-y-auto wide:border-r wide:border-b-0">
          <Logo />
          <Nav session={session} open={menu} onFollow={() => setMenu(false)} />
          <div className="mt-auto hidden grid-cols-[minmax(0,1fr)] gap-3 border-t border-line p-3 wide:grid">
            <CompanyChoice session={session} />
            <Account session={session} />
          </div>
          <button
            type="button"
            className="button mr-4 ml-auto wide:hidden"
            aria-expanded={menu}
            onClick={() => setMenu((m) => !m)}
          >
            <Menu className="size-4" /> {say("Menu")}
          </button>
        </header>
        <div>
          <div className="sticky top-12 z-20 border-b border-line bg-page focus-within:shadow-[inset_0_-1px_var(--accent)] wide:top-0">
            <div className="mx-auto flex max-w-[1440px] px-4">{maySeeFindings && <Prompt />}</div>
          </div>
          <VisitBanner session={session} />
          <main id="main" tabIndex={-1} className="mx-auto max-w-[1440px] px-4 pb-12 outline-none">
            <div className="mt-3 grid gap-3 wide:hidden" hidden={!menu}>
              <CompanyChoice session={session} />
              <Account session={session} />
            </div>
            <PageFor session={session} />
          </main>
        </div>
      </div>
      {maySeeFindings && <StaleMark />}
      <StatusLine session={session} onHelp={openHelp} />
      <Help open={help} onClose={() => setHelp(false)} />
      <Toasts />
    </>
  );
};

/** Over a page whose session ended in the middle: what was typed there stays, and nothing of it is seen. */
const SignInAgain = () => {
  const [title] = useState(() => document.title);
  useEffect(
    () => () => {
      document.title = title;
    },
    [title],
  );
  return (
    <dialog
      ref={(dialog) => {
        if (dialog && !dialog.open) dialog.showModal();
      }}
      onCancel={(event) => event.preventDefault()}
      aria-label={say("Sign in")}
      className="m-0 size-full max-h-none max-w-none overflow-y-auto bg-page text-text"
    >
      <PasswordForm notice={say("Your session has ended. Sign in to go on: what you wrote is still here.")} />
    </dialog>
  );
};

/** Pages for who is not signed in. */
const OUTSIDE: ReadonlySet<string> = new Set(["/sign-in", "/join", "/reset"]);

/** The frame of every page: navigation, the prompt, the page, the status line; or how to sign in. */
export const Shell = () => {
  const path = useRouterState({ select: (s) => s.location.pathname });
  const isOutside = OUTSIDE.has(path);
  const session = useQuery({ ...queries.session(), enabled: !isOutside });
  if (isOutside) return <Outlet />;
  const isEnded = session.error instanceof ApiError && session.error.status === 401;
  if (isEnded && !session.data) return <PasswordForm />;
  if (session.data?.awaitsFactor) return <SetUpFactor session={session.data} />;
  if (session.data) {
    return (
      <>
        {/* nothing is asked for while nobody is signed in */}
        <IsRestoringProvider value={isEnded}>
          <SignedIn key={standingOf(session.data)} session={session.data} isEnded={isEnded} />
        </IsRestoringProvider>
        {isEnded && <SignInAgain />}
      </>
    );
  }
  return (
    <div className="mx-auto max-w-3xl p-4">
      {session.error ? <ErrorPanel error={session.error} retry={() => void session.refetch()} /> : <PageSkeleton />}
    </div>
  );
};
