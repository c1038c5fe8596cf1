import { Link, useRouter } from "@tanstack/react-router";
import { ApiError } from "@zerotrace/sdk";
import { CircleAlert, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { InputError } from "./input-error.ts";
import { Copy } from "./marks.tsx";
import { say } from "./texts.ts";

/**
 * Marks, up to the page, what something awaited stands in: what comes after these is hidden until nothing waits in them (tokens.css). A
 * mark, as browsers at times miss that what `:has()` looked for went.
 */
const waits = (skeleton: HTMLElement | null): (() => void) => {
  const held: HTMLElement[] = [];
  for (let at: HTMLElement | null = skeleton; at !== null; at = at.parentElement) {
    if (at.parentElement?.matches(".in-turn, .panel, .panel > div")) held.push(at);
  }
  const count = (by: number) => {
    for (const { dataset } of held) {
      const left = Number(dataset["waits"] ?? 0) + by;
      if (left > 0) dataset["waits"] = String(left);
      else delete dataset["waits"];
    }
  };
  count(1);
  return () => count(-1);
};

/** Gray lines of a row's height where rows will be. */
export const RowsSkeleton = ({ rows = 8 }: { rows?: number }) => (
  <output ref={waits} aria-label={say("Loading")} className="block divide-y divide-line">
    {Array.from({ length: rows }, (_, i) => (
      <div key={i} className="flex h-8 items-center gap-3 px-3">
        <span className="skeleton size-4" />
        <span className="skeleton h-3" style={{ width: `${30 + ((i * 17) % 40)}%` }} />
        <span className="skeleton ml-auto h-3 w-16" />
      </div>
    ))}
  </output>
);

/** A gray block of a given size (tailwind classes) where something will be. */
export const Block = ({ className }: { className: string }) => (
  <span ref={waits} className={`skeleton block ${className}`} />
);

export const PageSkeleton = () => (
  <output className="grid gap-4 py-4" aria-label={say("Loading")}>
    <Block className="h-7 w-48" />
    <Block className="h-40 w-full" />
    <Block className="h-64 w-full" />
  </output>
);

/** An address with a cut or mistyped id: nothing that the person could correct in a field. */
const isBadAddress = (error: Error): boolean =>
  error instanceof ApiError && error.status === 400 && error.field === "id";

const whatToDo = (error: Error): string => {
  if (error instanceof InputError) return say("Nothing was sent. What you wrote is still here.");
  if (!(error instanceof ApiError)) return say("Reload the page. If it happens again, tell us the text above.");
  if (error.status === 0)
    return say("Check that the server runs (npm start prints its address). This page tries again by itself.");
  if (error.status === 401) return say("Sign in again.");
  if (error.status === 403) return say("Your role does not allow this. Ask an administrator of your company.");
  if (isBadAddress(error)) return say("Open it from its list again.");
  if (error.status === 404) return say("It may have been removed, or the address may be mistyped.");
  if (error.status === 429) return say("Wait a moment, then try again.");
  if (error.status === 400) return say("What you wrote is still here: correct it and try again.");
  if (error.status < 500) return say("Change what the message names, then try again.");
  return say("Try again. If it stays, look for the correlation id in the server's log.");
};

/** A failure: what happened, what to do, and the id that the server's log holds. */
export const ErrorPanel = ({ error, retry }: { error: Error; retry?: () => void }) => {
  const id = error instanceof ApiError ? error.correlationId : undefined;
  // What is not there will not be there in a moment either.
  const isGone = isBadAddress(error) || (error instanceof ApiError && error.status === 404);
  return (
    <div role="alert" className="panel flex gap-3 p-4">
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-bad" />
      <div className="grid min-w-0 gap-1">
        <p>{isBadAddress(error) ? say("This address is cut off or mistyped: it holds no whole id.") : error.message}</p>
        <p className="text-dim">{whatToDo(error)}</p>
        <div className="mt-1 flex flex-wrap items-center gap-3">
          {retry && !isGone && (
            <button type="button" className="button" onClick={retry}>
              {say("Try again")}
            </button>
          )}
          {error instanceof ApiError && <span className="mono text-xs text-dim">{error.code}</span>}
          {id && (
            <span className="text-xs text-dim">
              {say("correlation id")} <Copy text={id} />
            </span>
          )}
        </div>
      </div>
    </div>
  );
};

/** Nothing here yet: why, and the next step. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }) => (
  <div className="grid justify-items-start gap-2 px-4 py-8">
    <p className="font-medium">{title}</p>
    {children && <div className="grid max-w-2xl justify-items-start gap-2 text-dim">{children}</div>}
  </div>
);

/** Something is missing, old or still moving; said above what it concerns. */
export const Notice = ({ children, tone = "warn" }: { children: ReactNode; tone?: "warn" | "busy" }) => (
  <output className="panel flex items-start gap-3 px-4 py-2.5">
    {tone === "warn" ? (
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-warn" />
    ) : (
      <span aria-hidden="true" className="mt-1.5 size-2 shrink-0 bg-accent" />
    )}
    <div className="min-w-0 flex-1">{children}</div>
  </output>
);

export const NotFoundPage = () => {
  const router = useRouter();
  return (
    <Empty title={say("There is no page at {pathname}", { pathname: router.state.location.pathname })}>
      <Link to="/" className="link">
        {say("Go to the overview")}
      </Link>
    </Empty>
  );
};
