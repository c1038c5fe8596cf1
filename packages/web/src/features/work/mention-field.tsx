// A list of completions needs these roles; no HTML element has them beside free text of several lines.
/* oxlint-disable jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-to-interactive-role */
import { COMMENT_CHARS_MAX } from "@zerotrace/core/work/comment";
import { useQuery } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { queries } from "../../api.ts";
import { say } from "../../ui/texts.ts";

/** People that are offered at a time (count). */
const OFFERED = 6;

/** What stands after an `@` before the caret; null for none. */
export const nameBefore = (text: string, caret: number): { at: number; start: string } | null => {
  const [, start] = /(?:^|[\s(])@([\w.+-]{0,64})$/.exec(text.slice(0, caret)) ?? [];
  return start === undefined ? null : { at: caret - start.length - 1, start };
};

/** A field for a comment that completes the names of colleagues after `@`. */
export const MentionField = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
}) => {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(0);
  const [at, setAt] = useState(0);
  const [closed, setClosed] = useState(-1);
  const asked = nameBefore(value, caret);
  const isOpen = asked !== null && closed !== asked.at;
  const people = useQuery({ ...queries.colleagues(asked?.start ?? ""), enabled: isOpen });
  const offered = isOpen ? (people.data?.rows ?? []).slice(0, OFFERED) : [];
  const choose = (handle: string) => {
    if (!asked) return;
    const to = asked.at + handle.length + 2;
    onChange(`${value.slice(0, asked.at)}@${handle} ${value.slice(caret)}`);
    setCaret(to);
    setAt(0);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(to, to);
    });
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    const chosen = offered[Math.min(at, offered.length - 1)];
    if (chosen === undefined) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : offered.length - 1;
      setAt((i) => (i + step) % offered.length);
    } else if (event.key === "Enter" || event.key === "Tab") choose(chosen.handle);
    else if (event.key === "Escape" && asked) setClosed(asked.at);
    else return;
    event.preventDefault();
  };
  return (
    <div className="relative grid gap-1">
      <label htmlFor={id} className="text-sm text-dim">
        {label}
      </label>
      <textarea
        ref={field}
        id={id}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={offered.length > 0 ? `${id}-list` : undefined}
        aria-activedescendant={offered.length > 0 ? `${id}-${at}` : undefined}
        className="field h-auto min-h-20 py-1.5"
        rows={3}
        maxLength={COMMENT_CHARS_MAX}
        value={value}
        onChange={(e) => {
          onChange(e.target.value);
          setCaret(e.target.selectionStart);
          setAt(0);
        }}
        onSelect={(e) => setCaret(e.currentTarget.selectionStart)}
        onKeyDown={onKeyDown}
      />
      {offered.length > 0 && (
        <ul
          id={`${id}-list`}
          role="listbox"
          aria-label={say("Colleagues")}
          className="panel absolute top-full left-0 z-20 mt-px w-full max-w-sm bg-raised"
        >
          {offered.map((one, i) => (
            <li
              key={one.id}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              onPointerDown={(e) => {
                e.preventDefault();
                choose(one.handle);
              }}
              className={`flex cursor-pointer gap-3 px-3 py-1.5 ${i === at ? "bg-page text-accent" : ""}`}
            >
              <span>{one.name}</span>
              <span className="mono ml-auto text-xs text-dim">@{one.handle}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
};
