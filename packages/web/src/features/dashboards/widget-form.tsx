import { useQuery } from "@tanstack/react-query";
import {
  HEAT_COLUMNS,
  type Widget,
  WIDGET_DAYS_MAX,
  WIDGET_GROUPS,
  WIDGET_KINDS,
  WIDGET_MEASURES,
  WIDGET_ROWS_MAX,
} from "@zerotrace/core/dashboard/widget";
import { FINDING_FIELDS, parseQuery } from "@zerotrace/core/query/language/index";
import { useState } from "react";
import { queries } from "../../api.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Choice, Field } from "../../ui/field.tsx";
import { Form } from "../../ui/form.tsx";
import { say } from "../../ui/texts.ts";
import { ACROSS, GROUPS, KINDS, MEASURES, titleOf } from "./words.ts";

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
  <Field
    label={name}
    type="number"
    className="w-28"
    min={least}
    max={most}
    value={value}
    required
    onChange={(text) => onChange(Math.min(most, Math.max(least, Math.round(Number(text)))))}
  />
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
  const views = useQuery(queries.views()).data?.rows.filter(({ noun }) => noun === "findings") ?? [];
  const [mistake] = parseQuery(draft.query, FINDING_FIELDS).errors;
  return (
    <>
      {(views.length > 0 || draft.viewId !== "") && (
        <Choice
          name="viewId"
          label={say("findings of")}
          value={draft.viewId}
          options={[
            ["", say("the query below")],
            ...(draft.viewId !== "" && !views.some((view) => view.id === draft.viewId)
              ? [[draft.viewId, say("a view that you do not see")] as const]
              : []),
            ...views.map((view) => [view.id, say("the view {name}", { name: view.name })] as const),
          ]}
          onChange={(viewId) => set({ viewId })}
        />
      )}
      {draft.viewId === "" && (
        <Field
          label={say("query, as in the prompt; empty for all that is open")}
          error={mistake && say("At character {at}: {message}", { at: mistake.at + 1, message: mistake.message })}
          className="mono w-full"
          value={draft.query}
          placeholder="severity>=high kev:true"
          autoComplete="off"
          spellCheck={false}
          onChange={(query) => set({ query })}
        />
      )}
    </>
  );
};

/** Nothing is sent before the dashboard is saved. */
const HERE = { error: null, isPending: false };

const WidgetForm = ({
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
    <Form
      of={HERE}
      onSend={() => {
        if (!isWrong) onSave({ ...draft, title: draft.title.trim(), query: draft.query.trim() });
      }}
      verb={say("Use widget")}
      isOff={isWrong}
      onCancel={onClose}
    >
      <Kinds value={draft.kind} onChange={(kind) => set({ kind })} />
      <Source draft={draft} set={set} />
      <div className="grid gap-4 sm:grid-cols-2">
        <Choice
          name="measure"
          label={say("counts")}
          value={draft.measure}
          options={WIDGET_MEASURES.map((one) => [one, MEASURES[one]])}
          onChange={(measure) => set({ measure })}
        />
        {hasGroups && (
          <Choice
            name="group"
            label={say("by")}
            value={draft.group}
            options={WIDGET_GROUPS.map((one) => [one, GROUPS[one]])}
            onChange={(group) => set({ group })}
          />
        )}
        {draft.kind === "heat" && (
          <Choice
            name="across"
            label={say("across")}
            value={draft.across}
            options={HEAT_COLUMNS.map((one) => [one, ACROSS[one]])}
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
      <Field
        name="title"
        label={say("title; without one it is called as below")}
        maxLength={60}
        value={draft.title}
        placeholder={titleOf({ ...draft, title: "" })}
        onChange={(title) => set({ title })}
      />
    </Form>
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
      <WidgetForm
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
