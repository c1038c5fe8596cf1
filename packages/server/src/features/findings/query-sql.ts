import {
  dayOf,
  durationHours,
  type Field,
  FINDING_FIELDS,
  numberOf,
  type QueryNode,
  type Term,
} from "@zerotrace/core/query/language/index";
import { likePattern } from "../assets/index.ts";

/** Writes a value as a parameter and answers its name in the statement. */
export type Value = (value: unknown) => string;

const RANKS = FINDING_FIELDS.find((f) => f.name === "severity")?.type;
const SEVERITY_ORDER = RANKS?.kind === "choice" ? RANKS.values : [];

/** Whether a VEX statement closes the finding of the table named `f`: asked at each reading, the finding is not changed. */
export const IS_CLOSED = `exists (
  select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
    and e.advisory_id = f.advisory_id and e.closes)`;

const glob = (text: string): string => likePattern(text).slice(1, -1).replaceAll("*", "%");

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

const inAssets = (where: string): string =>
  `f.component_id in (select unnest(i.component_ids) from inventory i
    join asset a on a.company_id = i.company_id and a.id = i.asset_id where i.company_id = f.company_id and ${where})`;

const timeIs = (column: string, { op, values }: Term, value: Value): string => {
  const parts = values.map((written) => {
    const hours = durationHours(written);
    if (hours !== null) return `${column} >= now() - make_interval(hours => ${value(Math.round(hours))}::int)`;
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

const severityIs = ({ op, values }: Term, value: Value): string => {
  if (op === ":" || op === "=") return `f.severity = any(${value(values)}::text[])`;
  return `f.severity_rank ${op} ${value(SEVERITY_ORDER.indexOf(values[0] ?? "") + 1)}::smallint`;
};

const statusIs = ({ values }: Term): string => {
  const parts = values.map((status) => {
    if (status === "all") return "true";
    if (status === "fixed") return "f.status = 'fixed'";
    return `(f.status = 'open' and ${status === "open" ? "not " : ""}${IS_CLOSED})`;
  });
  return `(${parts.join(" or ")})`;
};

const either = (values: readonly string[], yes: string, sql: string, no: string): string => {
  const parts = [...(values.includes(yes) ? [sql] : []), ...(values.some((v) => v !== yes) ? [no] : [])];
  return `(${parts.join(" or ")})`;
};

type Compile = (term: Term, value: Value) => string;

/** Each field's condition on the table named `f`. */
const CONDITIONS: Readonly<Record<string, Compile>> = {
  severity: severityIs,
  kev: ({ values }) => either(values, "true", "f.kev_added_at is not null", "f.kev_added_at is null"),
  fix: ({ values }) => either(values, "yes", "f.fixed_in is not null", "f.fixed_in is null"),
  status: statusIs,
  risk: numberIs("f.risk"),
  epss: numberIs("coalesce(f.epss, 0)"),
  cvss: numberIs("f.cvss"),
  assets: numberIs("f.asset_count"),
  package: ({ values }, value) => textIs(["f.package", "f.source"], values, value),
  version: ({ values }, value) => textIs(["f.version"], values, value),
  advisory: ({ values }, value) =>
    `(${textIs(["f.advisory"], values, value)} or exists (
      select 1 from unnest(f.aliases) as alias where ${textIs(["alias"], values, value)}))`,
  ecosystem: ({ values }, value) => textIs(["f.ecosystem", "split_part(f.ecosystem, ':', 1)"], values, value),
  host: ({ values }, value) => inAssets(textIs(["a.name"], values, value)),
  kind: ({ values }, value) => inAssets(`a.kind = any(${value(values)}::text[])`),
  label: ({ values }, value) =>
    inAssets(`exists (select 1 from unnest(a.labels) as label where ${textIs(["label"], values, value)})`),
  asset: ({ values }, value) => inAssets(`a.id = any(${value(values)}::uuid[])`),
  seen: (term, value) => timeIs("f.first_seen_at", term, value),
  fixed: (term, value) => timeIs("f.fixed_at", term, value),
  reopened: (term, value) => timeIs("f.reopened_at", term, value),
  published: (term, value) => timeIs("f.published_at", term, value),
  vex: ({ values }, value) =>
    `exists (select 1 from vex_effect e where e.company_id = f.company_id and e.component_id = f.component_id
      and e.advisory_id = f.advisory_id and e.status = any(${value(values)}::text[]))`,
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

/** A query as a condition on the table named `f`; values become parameters and are never written into the text. */
export const queryCondition = (node: QueryNode, value: Value): string => {
  if (node.kind === "word") return containsText(node.text, value);
  // what is unknown, such as a score that nobody gave, is not what was asked for, nor its opposite's absence
  if (node.kind === "not") return `not coalesce(${queryCondition(node.part, value)}, false)`;
  if (node.kind === "term") {
    const compile = CONDITIONS[node.field];
    if (compile === undefined) throw new Error(`the field ${node.field} has no condition`);
    return compile(node, value);
  }
  return `(${node.parts.map((part) => queryCondition(part, value)).join(` ${node.kind} `)})`;
};

/** Whether a query says itself which states it wants; where it does not, open ones are meant. */
export const namesStatus = (node: QueryNode): boolean => {
  if (node.kind === "term") return node.field === "status" || node.field === "fixed";
  if (node.kind === "word") return false;
  return node.kind === "not" ? namesStatus(node.part) : node.parts.some(namesStatus);
};
