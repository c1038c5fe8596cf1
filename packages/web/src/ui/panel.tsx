import { type ReactNode, useId } from "react";
import { useTitle } from "./hooks.ts";

/** A region with a heading and, at its right, what belongs to it. */
export const Panel = ({
  title,
  aside,
  children,
  className = "",
  flush = false,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
  /** No inner margin: for tables and lists. */
  flush?: boolean;
}) => {
  const id = useId();
  return (
    <section aria-labelledby={id} className={`panel ${className}`}>
      <header className="flex min-h-10 flex-wrap items-center gap-x-3 border-b border-line px-4 py-1.5">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {aside && <div className="ml-auto max-w-full min-w-0 text-xs text-dim">{aside}</div>}
      </header>
      <div className={flush ? "" : "p-4"}>{children}</div>
    </section>
  );
};

/** A page: its title (also the browser's), a line below it, actions at the right. */
export const Page = ({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) => {
  useTitle(title);
  return (
    <div className="in-turn grid min-w-0 grid-cols-[minmax(0,1fr)] gap-4 py-4">
      <header className="flex flex-wrap items-end gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-lg font-semibold wrap-anywhere">{title}</h1>
          {lead && <p className="text-dim">{lead}</p>}
        </div>
        {actions && <div className="flex sm:ml-auto flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
};

/** Names and values, one line each. */
export const Facts = ({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) => (
  <dl className="grid grid-cols-[minmax(96px,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
    {rows.map(([name, value]) => (
      <div key={name} className="contents">
        <dt className="text-dim">{name}</dt>
        <dd className="min-w-0 wrap-anywhere">{value}</dd>
      </div>
    ))}
  </dl>
);
