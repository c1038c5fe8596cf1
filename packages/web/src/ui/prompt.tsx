// The combobox pattern of WAI-ARIA needs these roles; no HTML element has them with free text and completions.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role */
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { type Completion, completeQuery, FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { useId, useMemo, useRef, useState } from "react";
import { queries } from "../api.ts";
import type { FindingsSearch } from "../routes.tsx";
import { say } from "./texts.ts";
import { told } from "./told.ts";

type Scope = "findings" | "assets" | "components" | "advisories";
const SCOPES: readonly Scope[] = ["assets", "components", "advisories"];
const HINTS: Record<Scope, string> = {
  findings: say("try severity>=high (kev:true OR epss>=50%) fix:yes openssl"),
  assets: say("part of a host's name"),
  components: say("part of a package's name"),
  advisories: say("CVE-2024-3094: are we affected?"),
};

/** Pages that a query filters in its own language. */
const QUERIED: readonly string[] = ["/findings", "/fixes"];

const scopeOf = (path: string): Scope => SCOPES.find((s) => path === `/${s}`) ?? "findings";

/** The text of the prompt as the URL has it. */
const textOf = (path: string, search: Record<string, unknown>): string => {
  const written = QUERIED.includes(path) ? search["query"] : SCOPES.some((s) => path === `/${s}`) ? search["q"] : "";
  return typeof written === "string" ? written : "";
};

const Suggestions = ({
  id,
  list,
  at,
  choose,
}: {
  id: string;
  list: readonly Completion[];
  at: number;
  choose: (c: Completion) => void;
}) => (
  <ul
    id={id}
    role="listbox"
    aria-label={say("Completions")}
    className="panel absolute top-full left-0 z-30 mt-px w-full max-w-md bg-raised"
  >
    {list.map((c, i) => (
      <li
        key={c.insert}
        id={`${id}-${i}`}
        role="option"
        aria-selected={i === at}
        onPointerDown={(e) => {
          e.preventDefault();
          choose(c);
        }}
        className={`flex cursor-pointer gap-3 px-3 py-1.5 ${i === at ? "bg-page text-accent" : ""}`}
      >
        <span className="mono">{c.insert}</span>
        <span className="ml-auto text-xs text-dim">{told(c.says)}</span>
      </li>
    ))}
  </ul>
);

/** What is wrong, in the line itself, or below it where that is narrow: never over the page. */
const Mistake = ({ id, at, message }: { id: string; at: string; message: string }) => (
  <p
    id={id}
    role="alert"
    title={message}
    className="min-w-0 basis-full pb-1.5 text-sm sm:max-w-[60%] sm:basis-auto sm:truncate sm:pb-0"
  >
    <span className="mono text-bad">{at}</span> <span>{message}</span>
  </p>
);

/** What is typed; where the address says something else than before, that. */
const useTextOf = (pathname: string, fromUrl: string) => {
  const here = `${pathname} ${fromUrl}`;
  const [text, setText] = useState(fromUrl);
  const [written, setWritten] = useState(here);
  if (written !== here) {
    setWritten(here);
    setText(fromUrl);
  }
  return [text, setText] as const;
};

/**
 * The one line that filters: it completes, explains mistakes in place, and is written back by everything else that
 * filters. On lists of their own it searches those; anywhere else it opens findings.
 */
export const Prompt = () => {
  const navigate = useNavigate();
  const location = useRouterState({ select: (s) => s.resolvedLocation ?? s.location });
  const scope = scopeOf(location.pathname);
  const fromUrl = textOf(location.pathname, location.search);
  const [text, setText] = useTextOf(location.pathname, fromUrl);
  const [caret, setCaret] = useState(0);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const coverage = useQuery({ ...queries.coverage(), enabled: open });

  const grammar = scope === "findings";
  const errors = useMemo(() => (grammar ? parseQuery(text, FINDING_FIELDS).errors : []), [grammar, text]);
  const known = { ecosystem: coverage.data?.rows.map((r) => r.ecosystem) ?? [] };
  const list = open && grammar ? completeQuery(text, caret, FINDING_FIELDS, known) : [];

  const choose = (c: Completion) => {
    const next = `${text.slice(0, c.at)}${c.insert}${text.slice(c.at + c.length)}`;
    const to = c.at + c.insert.length;
    setText(next);
    setCaret(to);
    setAt(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(to, to));
  };
  const submit = () => {
    if (errors.length > 0) return;
    setOpen(false);
    if (!grammar) void navigate({ to: `/${scope}`, search: { q: text.trim() || undefined } });
    else if (location.pathname === "/fixes") {
      void navigate({ to: "/fixes", search: { query: text.trim() || undefined } });
    } else {
      const kept = location.pathname === "/findings" ? location.search : {};
      void navigate({ to: "/findings", search: { ...kept, query: text.trim() || undefined } as FindingsSearch });
    }
  };
  const onKeyDown = (e: React.KeyboardEvent) => {
    const chosen = list[at] ?? (e.key === "Tab" && text.trim() !== "" ? list[0] : undefined);
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      setAt((i) => Math.max(-1, Math.min(list.length - 1, i + (e.key === "ArrowDown" ? 1 : -1))));
    } else if (chosen && (e.key === "Tab" || e.key === "Enter") && !e.shiftKey) {
      e.preventDefault();
      choose(chosen);
    } else if (e.key === "Enter") {
      e.preventDefault();
      submit();
    } else if (e.key === "Escape") {
      if (open && list.length > 0) setOpen(false);
      else input.current?.blur();
    }
  };
  const mistake = errors[0];
  return (
    <search className="relative min-w-0 flex-1">
      <div className="flex min-h-10 flex-wrap items-center gap-x-2 sm:flex-nowrap">
        <label htmlFor={`${id}-text`} className="mono flex shrink-0 justify-between gap-x-2 text-dim sm:min-w-[13ch]">
          {say(scope)} <span className="text-accent">&gt;</span>
        </label>
        <input
          ref={input}
          id={`${id}-text`}
          data-prompt=""
          role="combobox"
          aria-expanded={list.length > 0}
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= 0 ? `${id}-list-${at}` : undefined}
          aria-invalid={mistake !== undefined}
          aria-describedby={mistake ? `${id}-mistake` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          placeholder={HINTS[scope]}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            setCaret(e.target.selectionStart ?? e.target.value.length);
            setOpen(true);
            setAt(-1);
          }}
          onSelect={(e) => setCaret(e.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
          className="mono h-8 min-w-0 flex-1 bg-transparent placeholder:text-dim focus-visible:outline-none"
        />
        {text !== "" && (
          <button
            type="button"
            className="px-2 text-xs text-dim hover:text-accent"
            onClick={() => {
              setText("");
              if (fromUrl !== "")
                void navigate({
                  to: location.pathname,
                  search: { ...location.search, query: undefined, q: undefined } as never,
                });
            }}
          >
            {say("clear")}
          </button>
        )}
        {mistake && (
          <Mistake
            id={`${id}-mistake`}
            at={text.slice(mistake.at, mistake.at + mistake.length)}
            message={told(mistake.message)}
          />
        )}
      </div>
      {!mistake && list.length > 0 && <Suggestions id={`${id}-list`} list={list} at={at} choose={choose} />}
    </search>
  );
};
