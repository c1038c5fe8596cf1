import { useQueryClient } from "@tanstack/react-query";
import type { Session } from "../../api.ts";
import { Account, CompanyChoice } from "../../ui/account.tsx";
import { useTitle } from "../../ui/hooks.ts";
import { Factors } from "./factors.tsx";
import { say } from "../../ui/texts.ts";

/** All that a session can do whose company asks for a second factor before anything else. */
export const SetUpFactor = ({ session }: { session: Session }) => {
  const client = useQueryClient();
  useTitle(say("Set up a second factor"));
  return (
    <main className="mx-auto grid max-w-3xl grid-cols-[minmax(0,1fr)] gap-4 px-4 py-10">
      <p className="mono font-bold">
        <span aria-hidden="true" className="text-accent">
          ▍
        </span>{" "}
        {say("zerotrace")}
      </p>
      <h1 className="text-lg font-semibold">
        {say("{companyName} asks for a second factor", { companyName: session.companyName })}
      </h1>
      <p className="max-w-2xl">
        {say("Besides your password, something that you have proves that it is you. Add one, and you are in.")}
      </p>
      <section aria-label={say("Second factors")} className="panel">
        <Factors onKept={() => void client.invalidateQueries({ queryKey: ["session"] })} />
      </section>
      <div className="flex flex-wrap items-end gap-6">
        <CompanyChoice session={session} />
        <Account session={session} />
      </div>
    </main>
  );
};
