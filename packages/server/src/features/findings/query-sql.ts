import {
  dayOf,
  durationHours,
  type Field,
  FINDING_FIELDS,
  momentOf,
  numberOf,
  type QueryNode,
  type Term,
  type Word,
} from "@zerotrace/core/query/language/index";
import { labelForm } from "@zerotrace/core/schema";
import { assetPointsSql, likePattern } from "../assets/index.ts";
import { ssvcIs } from "./ssvc-sql.ts";
import { type Leads, ofLead, type Value } from "./lead-sql.ts";

export type { Value } from "./lead-sql.ts";

const RANKS = FINDING_FIELDS.find((f) => f.name === "severity")?.type;
const SEVERITY_ORDER = RANKS?.kind === "choice" ? RANKS.values : [];

const EFFECT = `from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id`;
/**
 * Whether a VEX statement or a decision closes the finding of the table named `f`: asked at each reading, the finding is not
 * changed.
 */
export const IS_CLOSED = `exists (select 1 ${EFFECT} and e.closes)`;
/** The status of an open finding of the table named `f` as it is read: `open`, `accepted` or `not_affected`. */
export const STATUS_WHILE_OPEN = `coalesce((
  select case when e.status = 'accepted' then e.status else 'not_affected' end ${EFFECT} and e.closes), 'open')`;

/** Whether a decision stands on the finding of the table named `f` on one asset, whatever becomes of other assets. */
export const isDecidedOn = (asset: string): string => `exists (
  select 1 from decision_asset o join decision_finding d on d.company_id = o.company_id and d.decision_id = o.decision_id
  where o.company_id = f.company_id and o.asset_id = ${asset}::uuid and d.component_id = f.component_id
    and d.advisory_id = f.advisory_id and d.in_force)`;

/** Open findings of the table named `f` that have one of these statuses. */
export const openAs = (status: "open" | "accepted" | "not_affected"): string => {
  if (status === "open") return `not ${IS_CLOSED}`;
  return `exists (select 1 ${EFFECT} and e.closes and e.status ${status === "accepted" ? "=" : "<>"} 'accepted')`;
};

/** What people say of the finding of the table named `f`, since it came back. */
const SAID = `from finding_work w where w.company_id = f.company_id and w.finding_id = f.id
    and (f.reopened_at is null or w.changed_at > f.reopened_at)`;
/** The life of the finding of the table named `f`. */
export const STATE = `case when f.status = 'fixed' then 'fixed' else coalesce(
    nullif(${STATUS_WHILE_OPEN}, 'open'), (select w.state ${SAID}), case when f.reopened_at is null then 'open' else 'reopened' end) end`;
/** Whose the finding of the table named `f` is, as JSON; null for nobody's. */
export const ASSIGNEE = `(select json_build_object('id', m.person_id, 'name', m.name) from membership m
  where m.company_id = f.company_id and f.status = 'open' and m.person_id = (select w.assignee_id ${SAID}))`;

/** A name where its case says nothing. */
export const smallForm = (text: string): string => text.toLowerCase();

/** A value with stars as a pattern of LIKE. */
export const glob = (text: string): string => likePattern(text).slice(1, -1).replaceAll("*", "%");

/** Text columns that a value names: whole, or by a pattern where it has a star. */
const textIs = (columns: readonly string[], values: readonly string[], value: Value): string => {
  const exact = values.filter((v) => !v.includes("*"));
  const globs = values.filter((v) => v.includes("*")).map(glob);
  const parts = columns.flatMap((column) => [
    ...(exact.length > 0 ? [`${column} = any(${value(exact)}::text[])`] : []),
    ...(globs.length > 0 ? [`${column} ilike any(${value(globs)}::text[])`] : []),
  ]);
  return `(${parts.join(" or ")})`;
};

/** The company is that of the transaction, so that inventories are read once and not for each finding: 0.4 s instead of 30 s. */
const inAssets = (where: string): string =>
  `f.component_id in (select unnest(i.component_ids) from inventory i
    join asset a on a.company_id = i.company_id and a.id = i.asset_id
    where i.company_id = nullif(current_setting('app.company_id', true), '')::int and ${where})`;

const timeIs = (column: string, { op, values }: Term, value: Value): string => {
  const parts = values.map((written) => {
    const hours = durationHours(written);
    if (hours !== null) return `${column} >= now() - make_interval(hours => ${value(Math.round(hours))}::int)`;
    if (momentOf(written) !== null) return `${column} ${op} ${value(written)}::timestamptz`;
    const day = `${value(dayOf(written))}::date`;
    if (op === ":" || op === "=") return `(${column} >= ${day} and ${column} < ${day} + 1)`;
    return op === ">" || op === "<=" ? `${column} ${op === ">" ? ">=" : "<"} ${day} + 1` : `${column} ${op} ${day}`;
  });
  return `(${parts.join(" or ")})`;
};

const numberIs =
  (column: string) =>
  ({ op, field, values }: Term, value: Value): string => {
    const type = FINDING_FIELDS.find((f) => f.name === field)?.type;
    const numbers = values.map((v) => (type?.kind === "number" ? numberOf(v, type) : null));
    const compare = op === ":" ? "=" : op;
    return `(${numbers.map((n) => `${column} ${compare} ${value(n)}::float8`).join(" or ")})`;
  };

/** The rank of a severity, 1 to 6. */
export const rankOf = (severity: string): number => SEVERITY_ORDER.indexOf(severity) + 1;
/** By their ranks, which an index has. */
export const severityAnyOf = (severities: readonly string[], value: Value): string =>
  `f.severity_rank = any(${value(severities.map((one) => SEVERITY_ORDER.indexOf(one) + 1))}::smallint[])`;

const RANK_IS: Readonly<Record<string, (rank: number, than: number) => boolean>> = {
  ">": (rank, than) => rank > than,
  ">=": (rank, than) => rank >= than,
  "<": (rank, than) => rank < than,
  "<=": (rank, than) => rank <= than,
};

/** The ranks of severities that a query leaves, 1 to 6; null where it does not say. */
export const ranksAsked = (node: QueryNode): number[] | null => {
  const terms = (node.kind === "and" ? node.parts : [node]).flatMap((part) =>
    part.kind === "term" && part.field === "severity" ? [part] : [],
  );
  if (terms.length === 0) return null;
  const ranks = SEVERITY_ORDER.map((_, i) => i + 1);
  return terms.reduce((left, { op, values }) => {
    const named = values.map((one) => SEVERITY_ORDER.indexOf(one) + 1);
    const holds = RANK_IS[op];
    return left.filter((rank) => (holds === undefined ? named.includes(rank) : holds(rank, named[0] ?? 0)));
  }, ranks);
};

const severityIs = ({ op, values }: Term, value: Value): string => {
  if (op === ":" || op === "=") return severityAnyOf(values, value);
  return `f.severity_rank ${op} ${value(SEVERITY_ORDER.indexOf(values[0] ?? "") + 1)}::smallint`;
};

const statusIs = ({ values }: Term): string => {
  const parts = values.map((status) => {
    if (status === "all") return "true";
    if (status === "fixed") return "f.status = 'fixed'";
    return `(f.status = 'open' and ${openAs(status as "open")})`;
  });
  return `(${parts.join(" or ")})`;
};

const stateIs = ({ values }: Term, value: Value): string => {
  const parts = values.map((state) => {
    if (state === "fixed") return "f.status = 'fixed'";
    if (state === "accepted" || state === "not_affected") return `(f.status = 'open' and ${openAs(state)})`;
    const isNamed = `f.status = 'open' and ${openAs("open")}`;
    if (state === "acknowledged" || state === "in_work") {
      return `(${isNamed} and exists (select 1 ${SAID} and w.state = ${value(state)}))`;
    }
    const back = state === "reopened" ? "not null" : "null";
    return `(${isNamed} and f.reopened_at is ${back} and not exists (select 1 ${SAID} and w.state is not null))`;
  });
  return `(${parts.join(" or ")})`;
};

const assigneeIs = ({ values }: Term, value: Value): string => {
  const named = values.filter((v) => v !== "none");
  const columns = ["m.email", "m.name", "split_part(m.email, '@', 1)"];
  const parts = [
    ...(values.includes("none") ? [`not exists (select 1 ${SAID} and w.assignee_id is not null)`] : []),
    ...(named.length > 0
      ? [
          `exists (select 1 ${SAID} and w.assignee_id in (
            select m.person_id from membership m where m.company_id = f.company_id and ${textIs(columns, named, value)}))`,
        ]
      : []),
  ];
  return `(${parts.join(" or ")})`;
};

const either = (values: readonly string[], yes: string, sql: string, no: string): string => {
  const parts = [...(values.includes(yes) ? [sql] : []), ...(values.some((v) => v !== yes) ? [no] : [])];
  return `(${parts.join(" or ")})`;
};

type Compile = (term: Term, value: Value) => string;

/** Each field's condition on the table of assets named `a`. */
const ASSET_CONDITIONS: Readonly<Record<string, Compile>> = {
  host: ({ values }, value) => textIs(["a.name"], values, value),
  kind: ({ values }, value) => `a.kind = any(${value(values)}::text[])`,
  label: (term, value) => {
    const values = term.values.map(labelForm);
    if (!values.some((v) => v.includes("*"))) return `a.labels && ${value(values)}::text[]`;
    return `exists (select 1 from unnest(a.labels) as label where ${textIs(["label"], values, value)})`;
  },
  os: ({ values }, value) => textIs(["a.os"], values, value),
  exposure: ({ values }, value) => `a.exposure = any(${value(values)}::text[])`,
  criticality: ({ values }, value) => `a.criticality = any(${value(values)}::text[])`,
  asset: ({ values }, value) => `a.id = any(${value(values)}::uuid[])`,
};
const ofAsset: Compile = (term, value) => {
  const compile = ASSET_CONDITIONS[term.field];
  if (compile === undefined) throw new Error(`the field ${term.field} is none of assets`);
  return compile(term, value);
};

/** Each field's condition on the table named `f`. */
const CONDITIONS: Readonly<Record<string, Compile>> = {
  severity: severityIs,
  kev: ({ values }) => either(values, "true", "f.kev_added_at is not null", "f.kev_added_at is null"),
  fix: ({ values }) => either(values, "yes", "f.fixed_in is not null", "f.fixed_in is null"),
  status: statusIs,
  state: stateIs,
  assignee: assigneeIs,
  risk: numberIs("f.risk"),
  epss: numberIs("coalesce(f.epss, 0)"),
  cvss: numberIs("f.cvss"),
  assets: numberIs("f.asset_count"),
  package: ({ values }, value) => textIs(["f.package", "f.source"], values, value),
  source: ({ values }, value) => textIs(["coalesce(f.source, f.package)"], values, value),
  version: ({ values }, value) => textIs(["f.version"], values, value),
  advisory: ({ values }, value) =>
    `(${textIs(["f.advisory"], values, value)} or exists (
      select 1 from unnest(f.aliases) as alias where ${textIs(["alias"], values, value)}))`,
  // few know how each ecosystem writes itself
  ecosystem: ({ values }, value) => {
    const columns = ["lower(f.ecosystem)", "lower(split_part(f.ecosystem, ':', 1))"];
    return textIs(columns, values.map(smallForm), value);
  },
  host: (term, value) => inAssets(ofAsset(term, value)),
  kind: (term, value) => inAssets(ofAsset(term, value)),
  label: (term, value) => inAssets(ofAsset(term, value)),
  asset: (term, value) => inAssets(ofAsset(term, value)),
  exposure: (term, value) => inAssets(ofAsset(term, value)),
  criticality: (term, value) => inAssets(ofAsset(term, value)),
  ssvc: ssvcIs,
  seen: (term, value) => timeIs("f.first_seen_at", term, value),
  fixed: (term, value) => timeIs("f.fixed_at", term, value),
  reopened: (term, value) => timeIs("f.reopened_at", term, value),
  published: (term, value) => timeIs("f.published_at", term, value),
  vex: ({ values }, value) =>
    `exists (select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
      and e.advisory_id = f.advisory_id and e.statement_id is not null and e.status = any(${value(values)}::text[]))`,
};

/** Free text: part of a package, an advisory or one of its other names. */
export const containsText = (text: string, value: Value): string => {
  const like = value(likePattern(text));
  return `(f.package ilike ${like} or f.source ilike ${like} or f.advisory ilike ${like}
    or exists (select 1 from unnest(f.aliases) as alias where alias ilike ${like}))`;
};

/** The names of fields that no condition is written for; empty, which a test sees to. */
export const fieldsWithoutSql = (fields: readonly Field[]): string[] =>
  fields.map((f) => f.name).filter((name) => CONDITIONS[name] === undefined);

const conditionOf = (
  node: QueryNode,
  value: Value,
  leaf: (leaf: Term | Word, value: Value) => string,
  besides: (node: QueryNode, value: Value) => string | null = () => null,
): string => {
  if (node.kind === "word" || node.kind === "term") return leaf(node, value);
  // what is unknown, such as a score that nobody gave, is not what was asked for, nor its opposite's absence
  if (node.kind === "not") {
    return besides(node, value) ?? `not coalesce(${conditionOf(node.part, value, leaf, besides)}, false)`;
  }
  return `(${node.parts.map((part) => conditionOf(part, value, leaf, besides)).join(` ${node.kind} `)})`;
};

/** The risk of the table named `f` as lists show it that ask for one asset: with what that adds. */
const riskOn = (asset: string, term: Term, value: Value): string => {
  const points = `(select ${assetPointsSql("a")} from asset a where a.company_id = f.company_id and a.id = ${value(asset)}::uuid)`;
  return numberIs(`round((f.risk + coalesce(${points}, 0))::numeric, 1)::float8`)(term, value);
};

/**
 * A query as a condition on the table named `f`; values become parameters and are never written into the text. Where it asks for one asset,
 * or `assetId` names one, `risk:` asks for the risk there.
 */
export const queryCondition = (
  node: QueryNode,
  value: Value,
  leads?: Leads,
  assetId: string | null = assetAsked(node),
): string =>
  conditionOf(
    node,
    value,
    (leaf) => {
      if (leaf.kind === "term" && leaf.field === "risk" && assetId !== null) return riskOn(assetId, leaf, value);
      const lead = leads?.get(leaf);
      if (lead !== undefined) return ofLead(lead, value);
      if (leaf.kind === "word") return containsText(leaf.text, value);
      const compile = CONDITIONS[leaf.field];
      if (compile === undefined) throw new Error(`the field ${leaf.field} has no condition`);
      return compile(leaf, value);
    },
    (not) => {
      const lead = leads?.get(not);
      return lead === undefined ? null : ofLead(lead, value);
    },
  );

/** A query of fields of assets alone as a condition on the table of assets named `a`. */
export const assetCondition = (node: QueryNode, value: Value): string =>
  conditionOf(node, value, (leaf) => {
    if (leaf.kind === "word") throw new Error("free text names no asset");
    return ofAsset(leaf, value);
  });

/** Whether a query says itself which states it wants; where it does not, open ones are meant. */
export const namesStatus = (node: QueryNode): boolean => {
  if (node.kind === "term") return node.field === "status" || node.field === "state" || node.field === "fixed";
  if (node.kind === "word") return false;
  return node.kind === "not" ? namesStatus(node.part) : node.parts.some(namesStatus);
};

/** The one asset that a query asks for; null where it names none, or several, or what does not hold for all of it. */
export const assetAsked = (node: QueryNode): string | null => {
  const parts = node.kind === "and" ? node.parts : [node];
  const [only, ...others] = parts.flatMap((part) => (part.kind === "term" && part.field === "asset" ? [part] : []));
  return only?.values.length === 1 && others.length === 0 ? (only.values[0] ?? null) : null;
};
