import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { useEffect, useRef, useState } from "react";
import { call, contract, queries, type Session } from "../../api.ts";
import { nextTheme, signOutEverywhere } from "../../ui/account.tsx";
import { type Command as One, fitting, type Group, pageCommands, viewCommands } from "./commands.ts";
import { useFound } from "./found.ts";
import { say } from "../../ui/texts.ts";

const useActions = (session: Session, go: (address: { to: string }) => void): One[] => {
  const client = useQueryClient();
  const may = (permission: Session["permissions"][number]) => session.permissions.includes(permission);
  return [
    { id: "theme", name: say("Next theme"), says: say("dark, light, high contrast"), keys: "t", run: nextTheme },
    ...(may("agents:manage")
      ? [
          {
            id: "enroll",
            name: say("Enroll an agent"),
            says: say("with one command"),
            run: () => go({ to: "/agents/enroll" }),
          },
        ]
      : []),
    ...(may("feeds:manage")
      ? [
          {
            id: "sync",
            name: say("Sync the feeds now"),
            says: say("brings the advisories up to date"),
            run: async () => {
              await call(contract.feeds.syncFeeds);
              await client.invalidateQueries({ queryKey: ["feeds"] });
              go({ to: "/feeds" });
            },
          },
        ]
      : []),
    {
      id: "sign-out",
      name: say("Sign out"),
      says: session.person?.email ?? session.subject,
      run: async () => {
        await signOutEverywhere();
        await client.resetQueries();
      },
    },
  ];
};

const Row = ({ command, group, onRun }: { command: One; group: string; onRun: (command: One) => void }) => (
  <Command.Item
    value={`${group} ${command.id}`}
    onSelect={() => onRun(command)}
    className="flex min-h-8 cursor-pointer items-center gap-3 px-4 text-sm data-[selected=true]:bg-page data-[selected=true]:text-accent"
  >
    <span className="min-w-0 truncate">{command.name}</span>
    <span className="ml-auto max-w-[50%] min-w-0 truncate text-xs text-dim">{command.says}</span>
    {command.keys && <kbd className="text-xs text-dim">{command.keys}</kbd>}
  </Command.Item>
);

const Body = ({ session, onClose }: { session: Session; onClose: () => void }) => {
  const navigate = useNavigate();
  const views = useQuery(queries.views());
  const [typed, setTyped] = useState("");
  const [failed, setFailed] = useState("");
  const go = (address: { to: string; params?: object; search?: object }) => void navigate(address as never);
  const fixed: Group[] = [
    { name: say("Pages"), commands: pageCommands(session, go) },
    { name: say("Views"), commands: viewCommands(views.data?.rows ?? [], go) },
    { name: say("Actions"), commands: useActions(session, go) },
  ];
  const found = useFound(typed, session, go);
  const groups = [...fitting(fixed, typed), ...found.groups];
  const run = async (command: One) => {
    setFailed("");
    try {
      await command.run();
      onClose();
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Command
      shouldFilter={false}
      loop
      label={say("Commands")}
      className="grid max-h-[inherit] grid-rows-[auto_minmax(0,1fr)_auto]"
    >
      <Command.Input
        value={typed}
        onValueChange={setTyped}
        placeholder={say("A page, a view, a host, a package, a CVE")}
        className="mono h-12 w-full border-b border-line bg-transparent px-4 placeholder:text-dim focus-visible:outline-none"
      />
      <Command.List label={say("What fits")} className="overflow-y-auto py-2">
        {groups.map(({ name, commands }) => (
          <Command.Group
            key={name}
            heading={name}
            className="**:[[cmdk-group-heading]]:px-4 **:[[cmdk-group-heading]]:pt-2 **:[[cmdk-group-heading]]:pb-1 **:[[cmdk-group-heading]]:text-xs **:[[cmdk-group-heading]]:text-dim"
          >
            {commands.map((command) => (
              <Row key={command.id} command={command} group={name} onRun={(c) => void run(c)} />
            ))}
          </Command.Group>
        ))}
      </Command.List>
      <div className="flex min-h-9 flex-wrap items-center gap-x-4 border-t border-line px-4 text-xs text-dim">
        {failed ? (
          <span role="alert" className="text-bad">
            {failed}
          </span>
        ) : (
          <output>
            {found.isLooking
              ? say("looking in assets, components and advisories…")
              : groups.length === 0
                ? say('Nothing is called "{typed}". Part of a name is enough.', { typed: typed.trim() })
                : say("↑ ↓ choose, Enter opens, Esc closes")}
          </output>
        )}
      </div>
    </Command>
  );
};

/** Every page, view and action, and everything that the company has, by typing part of its name. */
export const Palette = ({ session, onClose }: { session: Session; onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    // a click beside it closes it, where the browser knows how
    dialog.current?.setAttribute("closedby", "any");
    // the browser gives the focus back to where it was when a modal dialog closes
    dialog.current?.showModal();
    dialog.current?.querySelector("input")?.focus();
  }, []);
  return (
    <dialog
      ref={dialog}
      onClose={onClose}
      aria-label={say("Commands")}
      className="panel mx-auto mt-[12dvh] mb-auto max-h-[min(560px,76dvh)] w-[min(640px,calc(100vw-24px))] overflow-hidden bg-raised p-0 text-text backdrop:bg-black/60"
    >
      <Body session={session} onClose={() => dialog.current?.close()} />
    </dialog>
  );
};
