import type { Tx } from "../../platform/db/index.ts";

/** Somebody who gets mail: an active member of an active company. */
export interface Reader {
  readonly email: string;
  readonly name: string;
  /** Null: every asset. */
  readonly labels: string[] | null;
}

/** An active member of an active company; null for none. */
export const readerOf = async (tx: Tx, companyId: number, personId: string): Promise<Reader | null> =>
  (
    await tx.query<Reader>(
      `select m.email, m.name, m.labels from membership m join company c on c.id = m.company_id and c.state = 'active'
       where m.company_id = $1 and m.person_id = $2 and m.deactivated_at is null`,
      [companyId, personId],
    )
  )[0] ?? null;

/** A comment that mentions somebody who has not read it. */
export interface ToldMention {
  readonly findingId: string;
  readonly advisory: string;
  readonly package: string;
  readonly by: string;
  readonly text: string;
}

/** Comments that mention a person and were not read, of those named, oldest first, with the first letters of each. */
export const unreadOf = (
  tx: Tx,
  companyId: number,
  asked: { readonly personId: string; readonly ids: readonly string[]; readonly chars: number },
): Promise<ToldMention[]> =>
  tx.query(
    `select m.finding_id as "findingId", f.advisory, coalesce(f.source, f.package) as package,
       coalesce(w.name, c.by) as by, left(c.text, $4) as text
     from finding_mention m
     join finding_comment c on c.company_id = m.company_id and c.id = m.comment_id
     join finding f on f.company_id = m.company_id and f.id = m.finding_id
     left join membership w on w.company_id = m.company_id and w.person_id = c.person_id
     where m.company_id = $1 and m.person_id = $2 and m.comment_id = any($3::uuid[]) and m.read_at is null
     order by m.at, m.comment_id`,
    [companyId, asked.personId, `{${asked.ids.join(",")}}`, asked.chars],
  );

/** What a fix is of. */
export interface FixNamed {
  readonly ecosystem: string;
  readonly package: string;
  readonly hasFix: boolean;
}

/** A fix in somebody's hands. */
export interface ToldFix extends FixNamed {
  readonly dueOn: string | null;
  readonly fixedIn: string | null;
  readonly findingCount: number | null;
  readonly assetCount: number | null;
  /** Who said so last. */
  readonly by: string;
}

/** Those of some fixes that are still a person's and not done; counts are null where the scope does not tell them. */
export const assignedOf = (
  tx: Tx,
  companyId: number,
  personId: string,
  fixes: readonly FixNamed[],
): Promise<ToldFix[]> =>
  tx.query(
    `select w.ecosystem, w.package, w.has_fix as "hasFix", w.due_on::text as "dueOn", g.fixed_in as "fixedIn",
       g.finding_count as "findingCount", g.asset_count as "assetCount", coalesce(m.name, w.updated_by) as by
     from jsonb_to_recordset($3::jsonb) as x(ecosystem text, package text, "hasFix" boolean)
     join fix_work w on w.company_id = $1 and w.ecosystem = x.ecosystem and w.package = x.package and w.has_fix = x."hasFix"
     left join fix g on g.company_id = w.company_id and g.ecosystem = w.ecosystem and g.package = w.package
       and g.has_fix = w.has_fix
     left join membership m on m.company_id = w.company_id and m.email = w.updated_by
     where w.assignee_id = $2 and w.state <> 'done' order by w.ecosystem, w.package, w.has_fix`,
    [companyId, personId, JSON.stringify(fixes)],
  );

/** A decision that waits for a second person. */
export interface ToldDecision {
  readonly id: string;
  readonly kind: "accept_risk" | "false_positive" | "not_affected" | "deferred";
  readonly scope: string;
  readonly reason: string;
  readonly by: string;
  readonly createdBy: string;
  readonly expiresAt: Date;
}

/** Those of some decisions that still wait, oldest first. */
export const proposedOf = (tx: Tx, companyId: number, ids: readonly string[]): Promise<ToldDecision[]> =>
  tx.query(
    `select d.id, d.kind, left(d.scope, 200) as scope, left(d.reason, 200) as reason, coalesce(m.name, d.created_by) as by,
       d.created_by as "createdBy", d.expires_at as "expiresAt"
     from decision d left join membership m on m.company_id = d.company_id and m.email = d.created_by
     where d.company_id = $1 and d.id = any($2::uuid[]) and d.needs_approval and d.approved_at is null and d.revoked_at is null
       and d.ended_at is null and d.expires_at > now()
     order by d.created_at, d.id`,
    [companyId, `{${ids.join(",")}}`],
  );
