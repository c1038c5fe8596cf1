import type { Tx } from "../../platform/db/index.ts";

/** Comments on one finding (count). */
const COMMENTS_MAX = 1_000;

/** A comment as it is stored. */
export interface CommentRecord {
  readonly id: string;
  readonly findingId: string;
  readonly componentId: number;
  readonly text: string;
  readonly at: Date;
  readonly by: string;
  readonly personId: string | null;
  readonly editedAt: Date | null;
}

const COLUMNS = `c.id, c.finding_id as "findingId", c.component_id as "componentId", c.text, c.at, c.by,
  c.person_id as "personId", c.edited_at as "editedAt"`;

/** Whether a finding has as many comments as it may. */
export const isFullOfComments = async (tx: Tx, companyId: number, findingId: string): Promise<boolean> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from finding_comment where company_id = $1 and finding_id = $2",
      [companyId, findingId],
    )
  )[0]!.n >= COMMENTS_MAX;

/** Writes the same comment on findings; answers its ids in their order. */
export const insertComments = async (
  tx: Tx,
  companyId: number,
  findingIds: readonly string[],
  comment: { text: string; by: string; personId: string | null; changeId: string | null },
): Promise<string[]> => {
  const rows = await tx.query<{ id: string; findingId: string }>(
    `insert into finding_comment (company_id, finding_id, component_id, text, by, person_id, change_id)
     select $1, f.id, f.component_id, $3, $4, $5, $6 from finding f
     where f.company_id = $1 and f.id = any($2::uuid[]) order by f.id returning id, finding_id as "findingId"`,
    [companyId, `{${findingIds.join(",")}}`, comment.text, comment.by, comment.personId, comment.changeId],
  );
  const idOf = new Map(rows.map((row) => [row.findingId, row.id]));
  return findingIds.flatMap((id) => idOf.get(id) ?? []);
};

/** A comment, locked until the transaction ends; null for none that the caller sees. */
export const lockComment = async (tx: Tx, companyId: number, id: string): Promise<CommentRecord | null> =>
  (
    await tx.query<CommentRecord>(
      `select ${COLUMNS} from finding_comment c where c.company_id = $1 and c.id = $2 for update`,
      [companyId, id],
    )
  )[0] ?? null;

/** Gives a comment another text. */
export const updateComment = async (tx: Tx, companyId: number, id: string, text: string): Promise<void> => {
  await tx.query("update finding_comment set text = $3, edited_at = now() where company_id = $1 and id = $2", [
    companyId,
    id,
    text,
  ]);
};

/** Deletes a comment with its attachments and mentions. */
export const removeComment = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from finding_comment where company_id = $1 and id = $2", [companyId, id]);
};

/** Deletes the comments of a bulk action that nobody changed since. Returns the findings that they were on. */
export const removeCommentsOf = async (tx: Tx, companyId: number, changeId: string): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `delete from finding_comment where company_id = $1 and change_id = $2 and edited_at is null returning finding_id as id`,
    [companyId, changeId],
  );
  return rows.map(({ id }) => id).sort();
};

/** The newest comments on a finding. */
export const commentsOn = (tx: Tx, companyId: number, findingId: string, limit: number): Promise<CommentRecord[]> =>
  tx.query(
    `select ${COLUMNS} from finding_comment c where c.company_id = $1 and c.finding_id = $2
     order by c.at desc, c.id desc limit $3`,
    [companyId, findingId, limit],
  );

/** Makes those that a comment mentions these people; who was told already stays so, read or not. */
export const setMentions = async (
  tx: Tx,
  companyId: number,
  comment: Pick<CommentRecord, "id" | "findingId" | "componentId">,
  personIds: readonly string[],
): Promise<void> => {
  const ids = `{${personIds.join(",")}}`;
  await tx.query(
    "delete from finding_mention where company_id = $1 and comment_id = $2 and not person_id = any($3::uuid[])",
    [companyId, comment.id, ids],
  );
  await tx.query(
    `insert into finding_mention (company_id, person_id, comment_id, finding_id, component_id)
     select $1, p, $2, $4, $5 from unnest($3::uuid[]) as p on conflict do nothing`,
    [companyId, comment.id, ids, comment.findingId, comment.componentId],
  );
};

export interface MentionRecord {
  readonly commentId: string;
  readonly findingId: string;
  readonly advisory: string;
  readonly package: string;
  readonly by: string;
  readonly at: Date;
  readonly text: string;
  readonly readAt: Date | null;
}

/** Mentions of a person, newest first, with the first characters of each comment. */
export const mentionsFor = (
  tx: Tx,
  companyId: number,
  personId: string,
  { limit, chars }: { limit: number; chars: number },
): Promise<MentionRecord[]> =>
  tx.query(
    `select m.comment_id as "commentId", m.finding_id as "findingId", f.advisory, coalesce(f.source, f.package) as package,
       coalesce(w.name, c.by) as by, m.at, left(c.text, $4) as text, m.read_at as "readAt"
     from finding_mention m
     join finding_comment c on c.company_id = m.company_id and c.id = m.comment_id
     join finding f on f.company_id = m.company_id and f.id = m.finding_id
     left join membership w on w.company_id = m.company_id and w.person_id = c.person_id
     where m.company_id = $1 and m.person_id = $2 order by m.at desc, m.comment_id limit $3`,
    [companyId, personId, limit, chars],
  );

/** How many mentions a person has not read. */
export const unreadMentions = async (tx: Tx, companyId: number, personId: string): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      `select count(*)::int as n from finding_mention m join finding f on f.company_id = m.company_id and f.id = m.finding_id
       where m.company_id = $1 and m.person_id = $2 and m.read_at is null`,
      [companyId, personId],
    )
  )[0]?.n ?? 0;

/** Marks mentions of a person as read, of one finding or all. Returns how many. */
export const markRead = async (
  tx: Tx,
  companyId: number,
  personId: string,
  findingId: string | null,
): Promise<number> =>
  (
    await tx.query(
      `update finding_mention set read_at = now() where company_id = $1 and person_id = $2 and read_at is null
         and ($3::uuid is null or finding_id = $3) returning 1`,
      [companyId, personId, findingId],
    )
  ).length;

/** Deletes mentions that were read, or left unread for four times as long, so many days ago, at most `limit`; the comments stay. Answers how many. */
export const expireMentions = async (tx: Tx, companyId: number, days: number, limit: number): Promise<number> =>
  (
    await tx.query(
      `delete from finding_mention where company_id = $1 and (person_id, comment_id) in (
         select person_id, comment_id from finding_mention
         where company_id = $1 and (read_at < now() - make_interval(days => $2) or at < now() - make_interval(days => 4 * $2))
         limit $3)
       returning 1`,
      [companyId, days, limit],
    )
  ).length;
