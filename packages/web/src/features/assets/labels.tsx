import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { call, contract } from "../../api.ts";
import { useMay } from "../../ui/may.ts";
import { say } from "../../ui/texts.ts";

/** Labels as a person types them: separated by commas or spaces, lower case. */
export const labelsOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter(Boolean),
    ),
  ].sort();

/** Labels; each opens the list of the assets that have it. */
export const Labels = ({ labels, max = labels.length }: { labels: readonly string[]; max?: number }) => (
  <>
    {labels.slice(0, max).map((label) => (
      <Link key={label} to="/assets" search={{ label }} className="chip min-w-0 hover:text-accent" title={label}>
        <span className="truncate">{label}</span>
      </Link>
    ))}
    {labels.length > max && (
      <span className="text-xs text-dim" title={labels.slice(max).join(", ")}>
        +{labels.length - max}
      </span>
    )}
  </>
);

/** An asset's labels, and their change by who may. */
export const AssetLabels = ({ id, labels }: { id: string; labels: readonly string[] }) => {
  const may = useMay("assets:manage");
  const client = useQueryClient();
  const [text, setText] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (next: string[]) => call(contract.assets.setAssetLabels, { params: { id }, body: { labels: next } }),
    onSuccess: async () => {
      setText(null);
      await Promise.all(["asset", "assets", "agents"].map((key) => client.invalidateQueries({ queryKey: [key] })));
    },
  });
  if (text === null) {
    return (
      <span className="flex flex-wrap items-center gap-2">
        <Labels labels={labels} />
        {labels.length === 0 && <span className="text-dim">{say("no labels")}</span>}
        {may && (
          <button type="button" className="act" onClick={() => setText(labels.join(", "))}>
            {say("Edit labels")}
          </button>
        )}
      </span>
    );
  }
  return (
    <form
      className="flex flex-wrap items-center gap-3"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate(labelsOf(text));
      }}
    >
      <input
        className="field w-80 max-w-full"
        aria-label={say("Labels, separated by commas")}
        placeholder="site:berlin, production"
        value={text}
        onChange={(e) => setText(e.target.value)}
      />
      <button type="submit" className="button" disabled={save.isPending}>
        {say("Save labels")}
      </button>
      <button type="button" className="act" onClick={() => setText(null)}>
        {say("Keep")}
      </button>
      {save.error && (
        <span role="alert" className="text-bad">
          {save.error.message}
        </span>
      )}
    </form>
  );
};
