import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { RISK_RULES_MAX } from "@zerotrace/core/asset/rule";
import { CRITICALITIES, EXPOSURES } from "@zerotrace/core/finding/risk";
import { useState } from "react";
import type { Answer } from "@zerotrace/sdk";
import { call, contract } from "../../api.ts";
import { Choice, Field } from "../../ui/field.tsx";
import { plural } from "../../ui/format.ts";
import { Time } from "../../ui/marks.tsx";
import { useMay } from "../../ui/may.ts";
import { Page, Panel } from "../../ui/panel.tsx";
import { Empty, ErrorPanel, RowsSkeleton } from "../../ui/states.tsx";
import { say } from "../../ui/texts.ts";
import { told } from "../../ui/told.ts";
import { RulesPreview } from "./rules-preview.tsx";
import { CRITICALITY_WORDS, EXPOSURE_WORDS } from "./words.ts";

type Rules = Answer<typeof contract.risk.listRiskRules>;
export type Rule = Rules["rules"][number];

const EMPTY: Rule = { name: "", condition: "", criticality: "critical", exposure: null };
const key = ["risk-rules"];

const Fields = ({ rule, place, change }: { rule: Rule; place: number; change: (change: Partial<Rule>) => void }) => (
  <div className="grid gap-3 sm:grid-cols-2 wide:grid-cols-[minmax(0,0.8fr)_minmax(0,1.4fr)_136px_208px]">
    <Field
      name="name"
      label={say("name of rule {place}", { place })}
      maxLength={100}
      value={rule.name}
      onChange={(text) => change({ name: text })}
    />
    <Field
      name="condition"
      label={say("which assets")}
      className="mono w-full"
      maxLength={2000}
      placeholder="label:prod host:web-*"
      value={rule.condition}
      onChange={(text) => change({ condition: text })}
    />
    <Choice
      name="criticality"
      label={say("criticality")}
      value={rule.criticality ?? ""}
      options={[["", say("leave it")], ...CRITICALITIES.map((one) => [one, CRITICALITY_WORDS[one]] as const)]}
      onChange={(one) => change({ criticality: one || null })}
    />
    <Choice
      name="exposure"
      label={say("exposure")}
      value={rule.exposure ?? ""}
      options={[["", say("leave it")], ...EXPOSURES.map((one) => [one, EXPOSURE_WORDS[one]] as const)]}
      onChange={(one) => change({ exposure: one || null })}
    />
  </div>
);

/** The list with one of its rules moved up by a place. */
const raised = (rules: readonly Rule[], at: number): Rule[] =>
  rules.map((rule, i) => (i === at - 1 ? rules[at]! : i === at ? rules[at - 1]! : rule));

const Editor = ({ saved, mayChange }: { saved: Rules; mayChange: boolean }) => {
  const client = useQueryClient();
  const [rules, setRules] = useState<readonly Rule[]>(saved.rules);
  const isChanged = JSON.stringify(rules) !== JSON.stringify(saved.rules);
  const isWhole = rules.every((r) => r.name.trim() !== "" && r.condition.trim() !== "");
  const save = useMutation({
    mutationFn: () => call(contract.risk.putRiskRules, { body: { rules: [...rules] } }),
    onSuccess: (answer) => {
      setRules(answer.rules);
      return client.invalidateQueries();
    },
  });
  return (
    <form
      className="grid gap-4"
      onSubmit={(e) => {
        e.preventDefault();
        save.mutate();
      }}
    >
      <fieldset disabled={!mayChange} className="panel">
        <legend className="sr-only">{say("Rules in their order")}</legend>
        <ol className="divide-y divide-line">
          {rules.map((rule, i) => (
            <li key={i} className="grid grid-cols-[24px_minmax(0,1fr)] gap-x-3 gap-y-2 px-4 py-3">
              <span className="mono pt-6 text-dim">{i + 1}</span>
              <Fields
                rule={rule}
                place={i + 1}
                change={(c) => setRules(rules.map((one, n) => (n === i ? { ...one, ...c } : one)))}
              />
              {mayChange && (
                <div className="col-start-2 flex gap-4">
                  {i > 0 && (
                    <button type="button" className="act" onClick={() => setRules(raised(rules, i))}>
                      {say("Move up")}
                    </button>
                  )}
                  <button type="button" className="act" onClick={() => setRules(rules.filter((_, n) => n !== i))}>
                    {say("Take away")}
                  </button>
                </div>
              )}
            </li>
          ))}
        </ol>
        {rules.length === 0 && (
          <Empty title={say("No rules yet: assets add nothing to a risk unless they are rated by hand")}>
            <p>{say("A rule such as label:prod says at once of every asset, now and later, that it is critical.")}</p>
          </Empty>
        )}
      </fieldset>
      {mayChange && (
        <div className="flex flex-wrap items-center gap-3">
          <button
            type="button"
            className="button"
            disabled={rules.length >= RISK_RULES_MAX}
            onClick={() => setRules([...rules, EMPTY])}
          >
            {say("Add a rule")}
          </button>
          <button type="submit" className="button button-primary" disabled={!isChanged || !isWhole || save.isPending}>
            {say("Save the rules")}
          </button>
          {isChanged && (
            <button type="button" className="act" onClick={() => setRules(saved.rules)}>
              {say("Keep what was")}
            </button>
          )}
          {save.data && !isChanged && (
            <output className="text-sm text-accent">
              {say("Saved: {assets} rated anew", { assets: plural(save.data.changedCount, "asset is", "assets are") })}
            </output>
          )}
        </div>
      )}
      {save.error && <ErrorPanel error={save.error} />}
      {isWhole && rules.length + saved.rules.length > 0 && <RulesPreview rules={rules} />}
    </form>
  );
};

/** The rules that say what assets are worth and how far they are reachable, with what they would do in numbers. */
export const RiskRulesPage = () => {
  const may = useMay("assets:manage");
  const rules = useQuery({ queryKey: key, queryFn: () => call(contract.risk.listRiskRules) });
  return (
    <Page
      title={say("Rules for assets")}
      lead={say(
        "What assets are worth and how far they are reachable adds up to 12 to their risk. The first rule that matches wins; what is set by hand on an asset stays.",
      )}
    >
      {rules.isPending && <RowsSkeleton rows={4} />}
      {rules.error && <ErrorPanel error={rules.error} retry={() => void rules.refetch()} />}
      {rules.data && <Editor key={rules.data.changedAt} saved={rules.data} mayChange={may} />}
      {rules.data?.changedAt && (
        <p className="text-sm text-dim">
          {say("last changed by {by}", { by: told(rules.data.changedBy ?? "") })} <Time at={rules.data.changedAt} />
        </p>
      )}
      <Panel title={say("What a rule may ask")}>
        <p className="mono text-sm">label:prod · host:web-* · kind:image · os:Debian* · -label:test · (a OR b)</p>
      </Panel>
    </Page>
  );
};
