import { type ComponentProps, createContext, type ReactNode, use, useId } from "react";

/** What the server refused of a form: the field it names, and where on the page it is said. */
export const Refused = createContext<{ readonly field: string | undefined; readonly says: string } | null>(null);

interface Told {
  readonly label: ReactNode;
  /** A line below, read with the field. */
  readonly hint?: ReactNode;
  /** What is wrong with what was written, read with the field. */
  readonly error?: string | undefined;
  /** Classes of the whole, such as `grow`. */
  readonly frame?: string | undefined;
}
interface Said {
  readonly id: string;
  readonly "aria-invalid": true | undefined;
  readonly "aria-describedby": string | undefined;
}

/** A label above a control, which is given what ties both and what is said below together. Where `name` is the one refused, it says so. */
export const Labeled = ({
  label,
  hint,
  error,
  frame = "",
  name,
  children,
}: Told & { name?: string | undefined; children: (said: Said) => ReactNode }) => {
  const id = useId();
  const refused = use(Refused);
  const isRefused = name !== undefined && refused?.field === name;
  const says = [hint && `${id}-hint`, error && `${id}-error`, isRefused && refused.says].filter(Boolean).join(" ");
  return (
    <div className={`grid min-w-0 grid-cols-[minmax(0,1fr)] content-start gap-1 text-sm ${frame}`}>
      <label htmlFor={id} className="text-dim">
        {label}
      </label>
      {children({ id, "aria-invalid": error || isRefused ? true : undefined, "aria-describedby": says || undefined })}
      {hint && (
        <span id={`${id}-hint`} className="text-xs text-dim">
          {hint}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} role="alert" className="text-bad">
          {error}
        </span>
      )}
    </div>
  );
};

type Written = Told & { onChange?: (text: string) => void };

/** A field for one line; `className` is the control's, such as its width. */
export const Field = ({
  label,
  hint,
  error,
  frame,
  className = "w-full",
  onChange,
  ...input
}: Written & Omit<ComponentProps<"input">, keyof Written>) => (
  <Labeled {...{ label, hint, error, frame }} name={input.name}>
    {(said) => (
      <input {...said} {...input} className={`field ${className}`} onChange={(e) => onChange?.(e.target.value)} />
    )}
  </Labeled>
);

/** A field for several lines. */
export const TextField = ({
  label,
  hint,
  error,
  frame,
  className = "",
  rows = 3,
  onChange,
  ...area
}: Written & Omit<ComponentProps<"textarea">, keyof Written>) => (
  <Labeled {...{ label, hint, error, frame }} name={area.name}>
    {(said) => (
      <textarea
        {...said}
        {...area}
        rows={rows}
        className={`field h-auto min-h-14 w-full py-1.5 ${className}`}
        onChange={(e) => onChange?.(e.target.value)}
      />
    )}
  </Labeled>
);

/** One of several values, each with its words; `offOf` tells which cannot be chosen. */
export const Choice = <T extends string | number>({
  label,
  hint,
  error,
  frame,
  className = "",
  value,
  options,
  offOf = () => false,
  onChange,
  ...select
}: Told & {
  value: T;
  options: readonly (readonly [T, string])[];
  offOf?: (value: T) => boolean;
  onChange: (value: T) => void;
} & Omit<ComponentProps<"select">, "value" | "onChange">) => (
  <Labeled {...{ label, hint, error, frame }} name={select.name}>
    {(said) => (
      <select
        {...said}
        {...select}
        className={`field min-w-0 ${className}`}
        value={value}
        onChange={(e) => {
          const chosen = options[e.target.selectedIndex];
          if (chosen) onChange(chosen[0]);
        }}
      >
        {options.map(([one, words]) => (
          <option key={one} value={one} disabled={offOf(one)}>
            {words}
          </option>
        ))}
      </select>
    )}
  </Labeled>
);

/** A box to check, with its words beside it. */
export const Check = ({
  children,
  className = "",
  onChange,
  ...input
}: { children: ReactNode; onChange: (isOn: boolean) => void } & Omit<ComponentProps<"input">, "onChange">) => (
  <label className={`flex items-center gap-2 text-sm ${className}`}>
    <input type="checkbox" className="shrink-0 accent-accent" {...input} onChange={(e) => onChange(e.target.checked)} />
    <span className="min-w-0">{children}</span>
  </label>
);
