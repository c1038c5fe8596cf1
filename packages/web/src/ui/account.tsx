import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { LogOut, SunMoon } from "lucide-react";
import { call, contract, type Session, takeSession } from "../api.ts";
import { MentionsLink } from "../features/work/mentions-link.tsx";
import { chooseTheme, storedTheme, THEMES } from "../theme/theme.ts";
import { Choice } from "./field.tsx";
import { roleName } from "./role-name.ts";
import { say } from "./texts.ts";
import { told } from "./told.ts";

/** Takes the next theme: dark, light, high contrast. */
export const nextTheme = () => {
  const at = THEMES.indexOf(storedTheme());
  chooseTheme(THEMES[(at + 1) % THEMES.length] ?? "dark");
};

/** Signs out here, and at the identity provider where that is wanted. */
export const signOutEverywhere = async (): Promise<void> => {
  const { url } = await call(contract.sso.getSignOutElsewhere).catch(() => ({ url: null }));
  await call(contract.sessions.signOut);
  if (url !== null) location.assign(url);
};

const SignOut = () => {
  const client = useQueryClient();
  const signOut = useMutation({
    mutationFn: signOutEverywhere,
    onSettled: () => client.resetQueries(),
  });
  return (
    <button
      type="button"
      className="button w-8 px-0"
      onClick={() => signOut.mutate()}
      aria-label={say("Sign out")}
      title={say("Sign out")}
    >
      <LogOut className="size-4 shrink-0" />
    </button>
  );
};

const Theme = () => (
  <button
    type="button"
    className="button w-8 px-0"
    onClick={nextTheme}
    aria-label={say("Next theme")}
    title={say("Next theme (t)")}
  >
    <SunMoon className="size-4 shrink-0" />
  </button>
);

/** The company that is looked at; where a person belongs to several, the way to another. */
export const CompanyChoice = ({ session }: { session: Session }) => {
  const client = useQueryClient();
  const change = useMutation({
    mutationFn: (companyId: number) => call(contract.people.switchCompany, { body: { companyId } }),
    onSuccess: (me) => {
      takeSession(client, me);
    },
  });
  if (session.companies.length < 2) return null;
  return (
    <Choice
      label={say("company")}
      className="w-full"
      error={change.error?.message}
      value={session.companyId}
      options={session.companies.map(({ id, name }) => [id, name])}
      disabled={change.isPending}
      onChange={(companyId) => change.mutate(companyId)}
    />
  );
};

/** Who is signed in, with the theme and the way out. */
export const Account = ({ session }: { session: Session }) => (
  <div className="flex min-w-0 items-center gap-2">
    <Link
      to="/me"
      className="min-w-0 grow truncate text-sm hover:text-accent"
      title={session.person?.email ?? session.subject}
    >
      {session.person?.name ?? session.subject}
      <span className="block truncate text-xs text-dim">
        {session.isOwner ? say("owner") : session.role ? roleName(session.role.name) : told(session.method ?? "")}
      </span>
    </Link>
    <MentionsLink />
    <Theme />
    <SignOut />
  </div>
);
