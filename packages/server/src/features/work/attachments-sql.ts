import type { Tx } from "../../platform/db/index.ts";

/** An attachment without its bytes. */
export interface AttachmentRecord {
  readonly id: string;
  readonly findingId: string;
  readonly commentId: string | null;
  readonly name: string;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly at: Date;
  readonly by: string;
  readonly personId: string | null;
}

const COLUMNS = `id, finding_id as "findingId", comment_id as "commentId", name, media_type as "mediaType",
  size_bytes as "sizeBytes", sha256, at, by, person_id as "personId"`;

/** How many attachments a finding has. */
export const countAttachments = async (tx: Tx, companyId: number, findingId: string): Promise<number> =>
  (
    await tx.query<{ n: number }>(
      "select count(*)::int as n from finding_attachment where company_id = $1 and finding_id = $2",
      [companyId, findingId],
    )
  )[0]?.n ?? 0;

/** Stores an attachment. */
export const insertAttachment = async (
  tx: Tx,
  companyId: number,
  given: Omit<AttachmentRecord, "id" | "at"> & { readonly componentId: number; readonly content: Uint8Array },
): Promise<AttachmentRecord> =>
  (
    await tx.query<AttachmentRecord>(
      `insert into finding_attachment
         (company_id, finding_id, component_id, comment_id, name, media_type, size_bytes, sha256, content, by, person_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
      [
        companyId,
        given.findingId,
        given.componentId,
        given.commentId,
        given.name,
        given.mediaType,
        given.sizeBytes,
        given.sha256,
        given.content,
        given.by,
        given.personId,
      ],
    )
  )[0] as AttachmentRecord;

/** An attachment, or null for none that the caller sees. */
export const attachmentById = async (tx: Tx, companyId: number, id: string): Promise<AttachmentRecord | null> =>
  (
    await tx.query<AttachmentRecord>(`select ${COLUMNS} from finding_attachment where company_id = $1 and id = $2`, [
      companyId,
      id,
    ])
  )[0] ?? null;

/** The bytes of an attachment. */
export const contentOf = async (tx: Tx, companyId: number, id: string): Promise<Buffer> =>
  (
    await tx.query<{ content: Buffer }>("select content from finding_attachment where company_id = $1 and id = $2", [
      companyId,
      id,
    ])
  )[0]?.content ?? Buffer.alloc(0);

/** Attachments of a finding, the oldest first. */
export const attachmentsOf = (tx: Tx, companyId: number, findingId: string): Promise<AttachmentRecord[]> =>
  tx.query(`select ${COLUMNS} from finding_attachment where company_id = $1 and finding_id = $2 order by at, id`, [
    companyId,
    findingId,
  ]);

/** Deletes an attachment. */
export const removeAttachment = async (tx: Tx, companyId: number, id: string): Promise<void> => {
  await tx.query("delete from finding_attachment where company_id = $1 and id = $2", [companyId, id]);
};
