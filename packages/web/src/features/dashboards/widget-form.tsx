import { useQuery } from "@tanstack/react-query";
import {
  HEAT_COLUMNS,
  type HeatColumn,
  type Widget,
  WIDGET_DAYS_MAX,
  WIDGET_GROUPS,
  WIDGET_KINDS,
  WIDGET_MEASURES,
  WIDGET_ROWS_MAX,
  type WidgetGroup,
  type WidgetMeasure,
} from "@zerotrace/core/dashboard/widget";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { type ReactNode, useId, useState } from "react";
import { queries } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { say } from "../../ui/texts.ts";
import { ACROSS, GROUPS, KINDS, MEASURES, titleOf } from "./words.ts";

const Field = ({ name, children }: { name: string; children: ReactNode }) => (
  <label className="grid gap-1 text-sm">
    <span className="text-dim">{name}</span>
    {children}
  </label>
);

function Choice<T extends string>({
  name,
  value,
  values,
  words,
  onChange,
}: {
  name: string;
  value: T;
  values: readonly T[];
  words: Readonly<Record<T, string>>;
  onChange: (value: T) => void;
}) {
  return (
    <Field name={name}>
      <select className="field" value={value} onChange={(e) => onChange(e.target.value as T)}>
        {values.map((one) => (
          <option key={one} value={one}>
            {words[one]}
          </option>
        ))}
      </select>
    </Field>
  );
}

const NumberField = ({
  name,
  value,
  most,
  least,
  onChange,
}: {
  name: string;
  value: number;
  most: number;
  least: number;
  onChange: (value: number) => void;
}) => (
  <Field name={name}>
    <input
      type="number"
      className="field w-28"
      min={least}
      max={most}
      value={value}
      required
      onChange={(e) => onChange(Math.min(most, Math.max(least, Math.round(Number(e.target.value)))))}
    />
  </Field>
);

const Kinds = ({ value, onChange }: { value: Widget["kind"]; onChange: (kind: Widget["kind"]) => void }) => (
  <fieldset className="grid gap-1">
    <legend className="mb-1 text-sm text-dim">{say("form")}</legend>
    <div className="grid gap-x-4 gap-y-1 sm:grid-cols-2">
      {WIDGET_KINDS.map((kind) => (
        <label key={kind} className="flex min-h-7 items-baseline gap-2 text-sm">
          <input
            type="radio"
            name="kind"
            className="accent-accent"
            checked={value === kind}
            onChange={() => onChange(kind)}
          />
          <span>
            {KINDS[kind].name} <span className="block text-xs text-dim">{KINDS[kind].says}</span>
          </span>
        </label>
      ))}
    </div>
  </fieldset>
);

/** What the widget asks for: a query written here, or a saved view of findings. */
const Source = ({ draft, set }: { draft: Widget; set: (more: Partial<Widget>) => void }) => {
  const id = useId();
  const views = useQuery(queries.views()).data?.rows.filter(({ noun }) => noun === "findings") ?? [];
  const [mistake] = parseQuery(draft.query, FINDING_FIELDS).errors;
  return (
    <>
      {(views.length > 0 || draft.viewId !== "") && (
        <Field name={say("findings of")}>
          <select className="field" value={draft.viewId} onChange={(e) => set({ viewId: e.target.value })}>
            <option value="">{say("the query below")}</option>
            {draft.viewId !== "" && !views.some((view) => view.id === draft.viewId) && (
              <option value={draft.viewId}>{say("a view that you do not see")}</option>
            )}
            {views.map((view) => (
              <option key={view.id} value={view.id}>
                {say("the view {name}", { name: view.name })}
              </option>
            ))}
          </select>
        </Field>
      )}
      {draft.viewId === "" && (
        <Field name={say("query, as in the prompt; empty for all that is open")}>
          <input
            className="field"
            value={draft.query}
            placeholder="severity>=high kev:true"
            aria-invalid={mistake !== undefined}
            aria-describedby={mistake ? id : undefined}
            autoComplete="off"
            spellCheck={false}
            onChange={(e) => set({ query: e.target.value })}
          />
          {mistake && (
            <span id={id} role="alert" className="text-bad">
              {say("At character {at}: {message}", { at: mistake.at + 1, message: mistake.message })}
            </span>
          )}
        </Field>
      )}
    </>
  );
};

const Form = ({
  widget,
  onSave,
  onClose,
}: {
  widget: Widget;
  onSave: (widget: Widget) => void;
  onClose: () => void;
}) => {
  const [draft, setDraft] = useState(widget);
  const set = (more: Partial<Widget>): void => setDraft((before) => ({ ...before, ...more }));
  const hasGroups = draft.kind !== "number" && draft.kind !== "trend";
  const hasDays =
    draft.kind === "trend" || (hasGroups && draft.group === "day") || (draft.kind === "heat" && draft.across === "day");
  const isWrong = draft.viewId === "" && parseQuery(draft.query, FINDING_FIELDS).errors.length > 0;
  return (
    <form
      className="grid gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        if (!isWrong) onSave({ ...draft, title: draft.title.trim(), query: draft.query.trim() });
      }}
    >
      <Kinds value={draft.kind} onChange={(kind) => set({ kind })} />
      <Source draft={draft} set={set} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice<WidgetMeasure>
          name={say("counts")}
          value={draft.measure}
          values={WIDGET_MEASURES}
          words={MEASURES}
          onChange={(measure) => set({ measure })}
        />
        {hasGroups && (
          <Choice<WidgetGroup>
            name={say("by")}
            value={draft.group}
            values={WIDGET_GROUPS}
            words={GROUPS}
            onChange={(group) => set({ group })}
          />
        )}
        {draft.kind === "heat" && (
          <Choice<HeatColumn>
            name={say("across")}
            value={draft.across}
            values={HEAT_COLUMNS}
            words={ACROSS}
            onChange={(across) => set({ across })}
          />
        )}
        {hasGroups && draft.group !== "day" && (
          <NumberField
            name={say("groups, the largest first")}
            value={draft.rows}
            least={1}
            most={WIDGET_ROWS_MAX}
            onChange={(rows) => set({ rows })}
          />
        )}
        {hasDays && (
          <NumberField
            name={say("days back")}
            value={draft.days}
            least={2}
            most={WIDGET_DAYS_MAX}
            onChange={(days) => set({ days })}
          />
        )}
      </div>
      <Field name={say("title; without one it is called as below")}>
        <input
          className="field"
          maxLength={60}
          value={draft.title}
          placeholder={titleOf({ ...draft, title: "" })}
          onChange={(e) => set({ title: e.target.value })}
        />
      </Field>
      <div className="flex gap-2">
        <button type="submit" className="button button-primary" disabled={isWrong}>
          {say("Use widget")}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {say("Cancel")}
        </button>
      </div>
    </form>
  );
};

/** What a widget shows, chosen in a dialog. */
export const WidgetDialog = ({
  widget,
  onSave,
  onClose,
}: {
  widget: Widget;
  onSave: (widget: Widget) => void;
  onClose: () => void;
}) => (
  <Dialog title={say("A widget")} width="560px" onClose={onClose}>
    {(close) => (
      <Form
        widget={widget}
        onSave={(next) => {
          onSave(next);
          close();
        }}
        onClose={close}
      />
    )}
  </Dialog>
);
