import { AppError } from "@zerotrace/core";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Identity } from "../../platform/auth/index.ts";
import { type Endpoint, implement, reply } from "../../platform/http/index.ts";
import type { Quotas } from "../limits/index.ts";
import {
  attachmentById,
  type AttachmentRecord,
  contentOf,
  countAttachments,
  insertAttachment,
  removeAttachment,
} from "./attachments-sql.ts";
import { ownComment } from "./comments.ts";
import { ATTACHMENT_BYTES_MAX, ATTACHMENTS_MAX, routes } from "./contract.ts";
import { authorOf, isOwn, requireFinding, tell } from "./rules.ts";
import { lockWork } from "./sql.ts";
import { dispositionOf, mediaTypeOf, safeName } from "./sniff.ts";

export interface AttachmentDeps {
  readonly quotas: Pick<Quotas, "storage">;
}

/** An attachment as the API shows it. */
export const toAttachmentRow = (identity: Identity, a: AttachmentRecord) => {
  const { findingId: _, personId: __, ...shown } = a;
  return { ...shown, at: a.at.toISOString(), isOwn: isOwn(identity, a) };
};

/** The bytes of a body. Throws PAYLOAD_TOO_LARGE and BAD_REQUEST. */
const bytesOf = async (body: unknown): Promise<Buffer> => {
  if (!(body instanceof Readable)) {
    const says = "There is no file: send its bytes as application/octet-stream.";
    throw new AppError("BAD_REQUEST", says, { field: "body" });
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      if (sizeBytes > ATTACHMENT_BYTES_MAX) {
        throw new AppError("PAYLOAD_TOO_LARGE", `A file of more than ${ATTACHMENT_BYTES_MAX} bytes is not taken.`);
      }
      chunks.push(chunk);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError("BAD_REQUEST", "The upload broke off: send the file again.", { field: "body", cause });
  }
  if (sizeBytes === 0) throw new AppError("BAD_REQUEST", "The file is empty: choose another.", { field: "body" });
  return Buffer.concat(chunks);
};

const add = ({ quotas }: AttachmentDeps): Endpoint =>
  implement(routes.addAttachment, {
    audit: "attachment.create",
    transaction: "none",
    run: async (context, { params: { id }, query, body }) => {
      const { db, identity } = context;
      const { companyId, subject: actor } = identity;
      // who may not is told before the bytes are read
      await db.withCompany(companyId, (tx) => requireFinding(tx, companyId, id));
      const content = await bytesOf(body);
      const mediaType = mediaTypeOf(content);
      const sha256 = createHash("sha256").update(content).digest("hex");
      const name = safeName(query.name);
      const row = await db.withCompany(companyId, async (tx) => {
        const { componentId } = await requireFinding(tx, companyId, id);
        await quotas.storage(tx, companyId);
        await lockWork(tx, companyId);
        if ((await countAttachments(tx, companyId, id)) >= ATTACHMENTS_MAX) {
          throw new AppError("CONFLICT", `A finding has at most ${ATTACHMENTS_MAX} attachments: delete one first.`);
        }
        const commentId = query.commentId ?? null;
        if (commentId !== null && (await ownComment(tx, context, commentId)).findingId !== id) {
          throw new AppError("NOT_FOUND", "There is no comment with this id on this finding.");
        }
        const facts = { name, mediaType, sha256, sizeBytes: content.length };
        const given = { ...facts, findingId: id, componentId, commentId, content, ...authorOf(identity) };
        const made = await insertAttachment(tx, companyId, given);
        await context.record(tx, { companyId, actor, target: made.id, detail: { findingId: id }, after: facts });
        await tell(tx, companyId, [id]);
        return made;
      });
      return toAttachmentRow(identity, row);
    },
  });

const required = (attachment: AttachmentRecord | null): AttachmentRecord => {
  if (attachment === null) throw new AppError("NOT_FOUND", "There is no attachment with this id.");
  return attachment;
};

const download: Endpoint = implement(routes.getAttachment, {
  audit: "none",
  run: async ({ tx, identity: { companyId } }, { params: { id } }) => {
    const { name, mediaType } = required(await attachmentById(tx, companyId, id));
    return reply({
      headers: {
        "content-type": mediaType === "text/plain" ? "text/plain; charset=utf-8" : mediaType,
        "content-disposition": dispositionOf(name),
        // were it ever shown as a page, it could do nothing
        "content-security-policy": "sandbox; default-src 'none'",
        "x-content-type-options": "nosniff",
      },
      body: await contentOf(tx, companyId, id),
    });
  },
});

const remove: Endpoint = implement(routes.deleteAttachment, {
  audit: "attachment.delete",
  run: async (context, { params: { id } }) => {
    const { tx, identity } = context;
    const attachment = required(await attachmentById(tx, identity.companyId, id));
    if (!isOwn(identity, attachment)) throw new AppError("FORBIDDEN", "Somebody else added this file: ask them.");
    await removeAttachment(tx, identity.companyId, id);
    const { name, mediaType, sha256, sizeBytes, findingId } = attachment;
    context.note(id, { findingId }, { before: { name, mediaType, sha256, sizeBytes } });
    await tell(tx, identity.companyId, [findingId]);
    return {};
  },
});

/** The routes of files on findings. */
export const attachmentRoutes = (deps: AttachmentDeps): readonly Endpoint[] => [add(deps), download, remove];
