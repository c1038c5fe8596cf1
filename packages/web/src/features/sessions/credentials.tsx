import type { ReactNode } from "react";
import { say } from "../../ui/texts.ts";

/** The frame of the pages outside: the name, a heading, and what is to be done. */
export const Gate = ({ title, children }: { title: string; children: ReactNode }) => (
  <main className="mx-auto grid max-w-md gap-4 px-4 py-16">
    <p className="mono font-bold">
      <span aria-hidden="true" className="text-accent">
        ▍
      </span>{" "}
      {say("zerotrace")}
    </p>
    <h1 className="text-lg font-semibold">{title}</h1>
    {children}
  </main>
);

/** What went wrong, in a form that keeps what was typed. */
export const Refusal = ({ error }: { error: Error | null }) =>
  error && (
    <p role="alert" className="panel border-bad px-4 py-3">
      {error.message}
    </p>
  );
