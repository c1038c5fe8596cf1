import type { VexDocument, VexProduct, VexStatement, VexStatus } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

/** One writer of a company's findings and of what is said of them at a time, until the transaction ends. */
export const lockFindings = async (tx: Tx, companyId: number): Promise<void> => {
  await tx.query("select pg_advisory_xact_lock(7302, $1)", [companyId]);
};

/**
 * Whether statements are said to a company or decisions made, or were once and still decide. What it answers holds while
 * `lockFindings` does.
 */
export const isRuledOn = async (tx: Tx, companyId: number): Promise<boolean> =>
  (
    await tx.query<{ is: boolean }>(
      `select exists (select 1 from vex_statement where company_id = $1)
         or exists (select 1 from decision where company_id = $1 and ended_at is null)
         or exists (select 1 from vex_effect where company_id = $1) as is`,
      [companyId],
    )
  )[0]?.is ?? true;

export interface DocumentRecord {
  id: string;
  name: string;
  format: VexDocument["format"];
  ownId: string;
  author: string;
  at: Date | null;
  statementCount: number;
  problemCount: number;
  problems: string[];
  findingCount: number;
  closedCount: number;
  addedAt: Date;
  addedBy: string;
}

const DOCUMENT = `d.id, d.name, d.format, d.own_id as "ownId", d.author, d.said_at as at, d.statement_count as "statementCount",
  d.problem_count as "problemCount", d.problems, date_trunc('milliseconds', d.added_at) as "addedAt", d.added_by as "addedBy",
  coalesce(e.findings, 0)::int as "findingCount", coalesce(e.closed, 0)::int as "closedCount"`;
const EFFECTS = `left join lateral (
  select count(*) as findings, count(*) filter (where e.closes) as closed
  from vex_statement s join vex_effect e on e.company_id = s.company_id and e.statement_id = s.id
  where s.company_id = d.company_id and s.document_id = d.id) e on true`;
/** Whoever sees some assets only is told of documents that decide on a finding of these; effects lie below no asset. */
const IN_SCOPE = `(coalesce(current_setting('app.labels', true), '') = '' or exists (
  select 1 from vex_statement s join vex_effect e on e.company_id = s.company_id and e.statement_id = s.id
    join finding f on f.company_id = e.company_id and f.component_id = e.component_id and f.advisory_id = e.advisory_id
  where s.company_id = d.company_id and s.document_id = d.id))`;

/** A page of documents after the pair (added, id), newest first. */
export const documentsPage = async (
  tx: Tx,
  companyId: number,
  page: { limit: number; after: [string, string] | null },
): Promise<DocumentRecord[]> =>
  await tx.query(
    `select ${DOCUMENT} from vex_document d ${EFFECTS}
     where d.company_id = $1 and ${IN_SCOPE}
       and ($2::timestamptz is null or (date_trunc('milliseconds', d.added_at), d.id) < ($2, $3::uuid))
     order by date_trunc('milliseconds', d.added_at) desc, d.id desc limit $4`,
    [companyId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit],
  );

/** One document or null. */
export const documentById = async (tx: Tx, companyId: number, id: string): Promise<DocumentRecord | null> =>
  (
    await tx.query<DocumentRecord>(
      `select ${DOCUMENT} from vex_document d ${EFFECTS} where d.company_id = $1 and d.id = $2 and ${IN_SCOPE}`,
      [companyId, id],
    )
  )[0] ?? null;

/** How many documents and statements the caller is told of. */
export const vexCounts = async (tx: Tx, companyId: number): Promise<{ documents: number; statements: number }> => {
  const [row] = await tx.query<{ documents: number; statements: number }>(
    `select count(*)::int as documents, coalesce(sum(statement_count), 0)::int as statements
     from vex_document d where d.company_id = $1 and ${IN_SCOPE}`,
    [companyId],
  );
  return row ?? { documents: 0, statements: 0 };
};

/** Stores a document with its statements; null when the same bytes are there already. */
export const insertDocument = async (
  tx: Tx,
  companyId: number,
  given: { name: string; digest: Buffer; addedBy: string; document: VexDocument },
): Promise<string | null> => {
  const { document } = given;
  const rows = await tx.query<{ id: string }>(
    `insert into vex_document (company_id, name, format, own_id, author, said_at, statement_count, problem_count, problems,
       digest, added_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (company_id, digest) do nothing returning id`,
    [
      companyId,
      given.name,
      document.format,
      document.id,
      document.author,
      document.at || null,
      document.statements.length,
      document.problemCount,
      document.problems,
      given.digest,
      given.addedBy,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) return null;
  await tx.query(
    `insert into vex_statement (company_id, document_id, vulnerability, aliases, status, justification, note, author, said_at,
       products)
     select $1, $2, s->>'vulnerability', array(select jsonb_array_elements_text(s->'aliases')), s->>'status',
       s->>'justification', s->>'note', s->>'author', nullif(s->>'at', '')::timestamptz, s->'products'
     from jsonb_array_elements($3::jsonb) with ordinality as t(s, i) order by i`,
    [companyId, id, JSON.stringify(document.statements)],
  );
  return id;
};

/** Removes a document with its statements and what they decided. False when there is none. */
export const deleteDocument = async (tx: Tx, companyId: number, id: string): Promise<{ name: string } | null> =>
  (
    await tx.query<{ name: string }>("delete from vex_document where company_id = $1 and id = $2 returning name", [
      companyId,
      id,
    ])
  )[0] ?? null;

/** A stored statement with its number. */
export type StoredStatement = VexStatement & { readonly statementId: string };

/** Every statement of a company, in the order in which they were added. */
export const allStatements = async (tx: Tx, companyId: number): Promise<StoredStatement[]> => {
  const rows = await tx.query<{
    statementId: string;
    vulnerability: string;
    aliases: string[];
    status: VexStatus;
    justification: string;
    note: string;
    author: string;
    at: Date | null;
    products: VexProduct[];
  }>(
    `select id::text as "statementId", vulnerability, aliases, status, justification, note, author, said_at as at, products
     from vex_statement where company_id = $1 order by id`,
    [companyId],
  );
  return rows.map((row) => ({ ...row, at: row.at?.toISOString() ?? "" }));
};

/** A finding that statements may speak of, with its component as the dictionary keeps it. */
export interface Candidate {
  readonly componentId: number;
  readonly advisoryId: number;
  readonly advisory: string;
  readonly aliases: string[];
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly sourceName: string;
  readonly sourceVersion: string;
}

const COMPONENT = `c.id as "componentId", c.ecosystem, c.name, c.version, c.arch, c.source_name as "sourceName",
  c.source_version as "sourceVersion"`;

/** Open findings of a company whose weakness has one of these names. Service role with the company set. */
export const findingsNamed = async (tx: Tx, companyId: number, names: readonly string[]): Promise<Candidate[]> =>
  await tx.query(
    `select ${COMPONENT}, f.advisory_id as "advisoryId", f.advisory, f.aliases
     from finding f join component c on c.id = f.component_id
     where f.company_id = $1 and f.status = 'open'
       and f.advisory in (select a.name from advisory a where a.name = any($2::text[]) or a.aliases && $2::text[])`,
    [companyId, names],
  );

/** Components of the dictionary with one of these names, whatever their ecosystem. Service role. */
export const componentsNamed = async (
  tx: Tx,
  names: readonly string[],
): Promise<Omit<Candidate, "advisoryId" | "advisory" | "aliases">[]> =>
  await tx.query(
    `select ${COMPONENT} from component c join package p on p.id = c.package_id
     where p.name = any($1::text[]) or c.name = any($1::text[])`,
    [names],
  );

/** Which of these components each asset of a company has; assets with none are left out. */
export const placesOf = async (
  tx: Tx,
  companyId: number,
  componentIds: readonly number[],
): Promise<{ assetId: string; componentIds: number[] }[]> =>
  await tx.query(
    `select i.asset_id as "assetId", array_agg(distinct u.id) as "componentIds"
     from inventory i, unnest(i.component_ids) as u(id)
     where i.company_id = $1 and u.id = any($2::int[]) group by 1`,
    [companyId, componentIds],
  );

export interface Effect {
  readonly componentId: number;
  readonly advisoryId: number;
  /** The statement that decides, or null where a decision does. */
  readonly statementId: string | null;
  readonly decisionId: string | null;
  readonly status: VexStatus | "accepted";
  readonly closes: boolean;
}

/** The findings that decisions of people close, each by its newest one. */
export const decidedEffects = async (tx: Tx, companyId: number): Promise<Effect[]> =>
  await tx.query(
    `select distinct on (f.component_id, f.advisory_id) f.component_id as "componentId", f.advisory_id as "advisoryId",
       null as "statementId", f.decision_id as "decisionId", true as closes,
       case when d.kind in ('accept_risk', 'deferred') then 'accepted' else 'not_affected' end as status
     from decision_finding f join decision d on d.company_id = f.company_id and d.id = f.decision_id
     where f.company_id = $1 and f.closes
     order by f.component_id, f.advisory_id, d.created_at desc, d.id`,
    [companyId],
  );

/** Makes what statements and decisions decide equal to `effects`, and writes only the differences. Returns how many rows changed. */
export const replaceEffects = async (tx: Tx, companyId: number, effects: readonly Effect[]): Promise<number> => {
  const columns = [
    companyId,
    effects.map((e) => e.componentId),
    effects.map((e) => e.advisoryId),
    effects.map((e) => e.statementId),
    effects.map((e) => e.status),
    effects.map((e) => e.closes),
    effects.map((e) => e.decisionId),
  ];
  const gone = await tx.query(
    `delete from vex_effect e where e.company_id = $1 and not exists (
       select 1 from unnest($2::int[], $3::int[]) as t(c, a) where t.c = e.component_id and t.a = e.advisory_id)
     returning 1`,
    columns.slice(0, 3),
  );
  if (effects.length === 0) return gone.length;
  const written = await tx.query(
    `insert into vex_effect as e (company_id, component_id, advisory_id, statement_id, status, closes, decision_id)
     select $1, t.* from unnest($2::int[], $3::int[], $4::bigint[], $5::text[], $6::boolean[], $7::uuid[]) as t
     on conflict (company_id, component_id, advisory_id) do update set statement_id = excluded.statement_id,
       status = excluded.status, closes = excluded.closes, decision_id = excluded.decision_id
     where (e.statement_id, e.status, e.closes, e.decision_id)
       is distinct from (excluded.statement_id, excluded.status, excluded.closes, excluded.decision_id)
     returning 1`,
    columns,
  );
  return gone.length + written.length;
};

/** Which of these findings a statement or a decision closes. */
export const closedAmong = async (tx: Tx, companyId: number, findingIds: readonly string[]): Promise<Set<string>> => {
  // a look into an index for each: a join might read all findings and effects
  const rows = await tx.query<{ id: string }>(
    `select t.id from unnest($2::uuid[]) as t(id)
     cross join lateral (
       select f.component_id, f.advisory_id from finding f where f.company_id = $1 and f.id = t.id offset 0) f
     cross join lateral (
       select e.closes from vex_effect e where e.company_id = $1 and e.component_id = f.component_id
         and e.advisory_id = f.advisory_id offset 0) e
     where e.closes`,
    [companyId, findingIds],
  );
  return new Set(rows.map((r) => r.id));
};

export interface RulingRecord {
  status: VexStatus;
  vulnerability: string;
  justification: string;
  note: string;
  author: string;
  at: Date | null;
  documentId: string;
  document: string;
}

/** The statement that decides on a finding, or null. */
export const rulingOn = async (tx: Tx, companyId: number, findingId: string): Promise<RulingRecord | null> =>
  (
    await tx.query<RulingRecord>(
      `select s.status, s.vulnerability, s.justification, s.note, s.author, s.said_at as at, d.id as "documentId",
         d.name as document
       from finding f
       join vex_effect e on e.company_id = f.company_id and e.component_id = f.component_id and e.advisory_id = f.advisory_id
       join vex_statement s on s.company_id = e.company_id and s.id = e.statement_id
       join vex_document d on d.company_id = s.company_id and d.id = s.document_id
       where f.company_id = $1 and f.id = $2`,
      [companyId, findingId],
    )
  )[0] ?? null;
