import type { VexProduct, VexStatus } from "@zerotrace/core";
import type { Tx } from "../../platform/db/index.ts";

/** A statement of a document with what it decides now. */
export interface StatementRecord {
  id: string;
  vulnerability: string;
  aliases: string[];
  status: VexStatus;
  justification: string;
  note: string;
  author: string;
  at: Date | null;
  products: VexProduct[];
  productCount: number;
  findingCount: number;
  closedCount: number;
  /** The name under which we list the advisory of those findings; null while there are none. */
  advisory: string | null;
}

/**
 * A page of a document's statements after the pair (findings, id): those that decide on most findings first, then as the
 * document has them. At most `products` products of each.
 */
export const statementsPage = async (
  tx: Tx,
  companyId: number,
  documentId: string,
  page: { limit: number; after: [number, string] | null; products: number },
): Promise<StatementRecord[]> =>
  await tx.query(
    `with decided as (
       select e.statement_id, count(*)::int as findings, count(*) filter (where e.closes)::int as closed, min(f.advisory) as advisory
       from vex_statement s
       join vex_effect e on e.company_id = s.company_id and e.statement_id = s.id
       join finding f on f.company_id = e.company_id and f.component_id = e.component_id and f.advisory_id = e.advisory_id
       where s.company_id = $1 and s.document_id = $2 group by 1)
     select s.id::text, s.vulnerability, s.aliases, s.status, s.justification, s.note, s.author, s.said_at as at,
       jsonb_path_query_array(s.products, '$[0 to $last]', jsonb_build_object('last', $6::int - 1)) as products,
       jsonb_array_length(s.products) as "productCount", coalesce(d.findings, 0) as "findingCount",
       coalesce(d.closed, 0) as "closedCount", d.advisory
     from vex_statement s left join decided d on d.statement_id = s.id
     where s.company_id = $1 and s.document_id = $2
       and (d.findings > 0 or coalesce(current_setting('app.labels', true), '') = '')
       and ($3::int is null or (-coalesce(d.findings, 0), s.id) > (-$3::int, $4::bigint))
     order by -coalesce(d.findings, 0), s.id limit $5`,
    [companyId, documentId, page.after?.[0] ?? null, page.after?.[1] ?? null, page.limit, page.products],
  );

/** What a document decides: components and advisories, side by side. */
export interface Decided {
  readonly components: readonly number[];
  readonly advisories: readonly number[];
}

/** The findings on which statements of a document decide, closed or not (`closes`). */
export const decidedBy = async (tx: Tx, companyId: number, documentId: string, closes: boolean): Promise<Decided> => {
  const rows = await tx.query<{ component: number; advisory: number }>(
    `select e.component_id as component, e.advisory_id as advisory
     from vex_statement s join vex_effect e on e.company_id = s.company_id and e.statement_id = s.id
     where s.company_id = $1 and s.document_id = $2 and e.closes = $3`,
    [companyId, documentId, closes],
  );
  return { components: rows.map((r) => r.component), advisories: rows.map((r) => r.advisory) };
};

/** Of these findings, how many are closed (`closes`) or not closed by a statement now, by severity. */
export const countNow = async (
  tx: Tx,
  companyId: number,
  { components, advisories }: Decided,
  closes: boolean,
): Promise<{ severity: string; count: number }[]> =>
  await tx.query(
    `select f.severity, count(*)::int as count
     from unnest($2::int[], $3::int[]) as t(c, a)
     join finding f on f.company_id = $1 and f.component_id = t.c and f.advisory_id = t.a and f.status = 'open'
     left join vex_effect e on e.company_id = $1 and e.component_id = t.c and e.advisory_id = t.a
     where coalesce(e.closes, false) = $4 group by 1`,
    [companyId, components, advisories, closes],
  );
