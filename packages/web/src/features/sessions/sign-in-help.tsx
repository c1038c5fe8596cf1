import type { ReactNode } from "react";
import { useTitle } from "../../ui/hooks.ts";
import { Command } from "../../ui/marks.tsx";

/** How a person gets in: the link in the terminal. `children` says what went wrong, if something did. */
export const SignInHelp = ({ children }: { children?: ReactNode }) => {
  useTitle("Sign in");
  return (
    <main className="mx-auto grid max-w-lg gap-4 px-4 py-16">
      <p className="mono font-bold">
        <span aria-hidden="true" className="text-accent">
          ▍
        </span>{" "}
        zerotrace
      </p>
      <h1 className="text-lg font-semibold">Sign in with the link from your terminal</h1>
      {children}
      <p>
        <code>npm start</code> prints a one-time link when it is ready. Open that link in this browser. It works once
        and for a short time.
      </p>
      <p>For a new link, run this where the server runs:</p>
      <Command text="npx zerotrace sign-in" />
    </main>
  );
};
