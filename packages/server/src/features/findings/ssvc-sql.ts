import { SSVC_DECISIONS, type SsvcDecision, type SsvcMission } from "@zerotrace/core/severity/ssvc";
import { ssvcAnswers } from "@zerotrace/core/severity/ssvc-class";
import type { Term } from "@zerotrace/core/query/language/index";
import type { Value } from "./lead-sql.ts";

/** From the least to the most pressing. */
const RISING: readonly SsvcDecision[] = SSVC_DECISIONS.toReversed();

const decisionsOf = ({ op, values }: Term): readonly SsvcDecision[] => {
  if (op === ":" || op === "=") return RISING.filter((one) => values.includes(one));
  const bound = RISING.indexOf(values[0] as SsvcDecision);
  const compare = (at: number): boolean =>
    op === ">" ? at > bound : op === ">=" ? at >= bound : op === "<" ? at < bound : at <= bound;
  return RISING.filter((_, at) => compare(at));
};

/** Where no decision closes the finding of the table named `f` on the asset named `a`. */
const NOT_DECIDED = `not exists (
  select 1 from decision_asset o join decision_finding d on d.company_id = o.company_id and d.decision_id = o.decision_id
  where o.company_id = a.company_id and o.asset_id = a.id and d.component_id = f.component_id
    and d.advisory_id = f.advisory_id and d.in_force)`;
const IS_DECIDED_SOMEWHERE = `exists (
  select 1 from decision_finding d where d.company_id = f.company_id and d.component_id = f.component_id
    and d.advisory_id = f.advisory_id and d.in_force)`;

/** Whether an asset rated so has the finding of the table named `f`. Only where a decision stands are the assets looked at one by one. */
const isOn = (rated: string): string => `(f.component_id in (
    select unnest(i.component_ids) from inventory i join asset a on a.company_id = i.company_id and a.id = i.asset_id
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int and ${rated})
  and (not ${IS_DECIDED_SOMEWHERE} or exists (
    select 1 from inventory i join asset a on a.company_id = i.company_id and a.id = i.asset_id
    where i.company_id = f.company_id and f.component_id = any(i.component_ids) and ${rated} and ${NOT_DECIDED})))`;

/**
 * What CISA's tree decides of the finding of the table named `f`: by the class that its advisory has in the feeds, whether it is known to
 * be exploited, its severity, and the most critical asset on which it is open; as the page of the finding says it.
 */
export const ssvcIs = (term: Term, value: Value): string => {
  const decisions = decisionsOf(term);
  const answer = (mission: SsvcMission): string => `(${value(ssvcAnswers(decisions, mission))}::boolean[])[
    x.ssvc * 4 + (f.kev_added_at is not null)::int * 2 + (f.severity = 'critical')::int + 1]`;
  // the tables are looked into before the assets are: most findings are decided the same whatever the mission is
  return `exists (select 1 from (select ssvc_class_of(f.advisory_id) as ssvc) x where case
    when ${answer("low")} = ${answer("medium")} and ${answer("medium")} = ${answer("high")} then ${answer("medium")}
    when ${isOn("a.criticality = 'critical'")} then ${answer("high")}
    when ${isOn("a.criticality in ('high', 'normal')")} then ${answer("medium")}
    when ${isOn("a.criticality = 'low'")} then ${answer("low")}
    else ${answer("medium")} end)`;
};
