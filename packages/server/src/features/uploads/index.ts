import { AppError } from "@zerotrace/core";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Identity } from "../../platform/auth/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import type { JobContext, JobPayload } from "../../platform/queue/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import { createImageJob, enqueueImage, type ImageDeps } from "./images.ts";
import { createIntake, type Intake, type IntakeDeps } from "./intake.ts";
import { receive } from "./receive.ts";
import {
  type Asked,
  countRunning,
  countUploads,
  failForgotten,
  insertUpload,
  type UploadRecord,
  uploadById,
  uploadsPage,
} from "./sql.ts";

export { copyImage } from "./copy-image.ts";
export { type ImageDeps, orderImage } from "./images.ts";
export { SIGN_IN } from "./reading.ts";
export { expireUploads } from "./sql.ts";

/** Uploads of one company that may be under way at once. */
const RUNNING_MAX = 50;
/** An upload that was told nothing of for so long is over. */
const FORGOTTEN_HOURS = 24;
const FORGOTTEN = "The server stopped before it was read: send it again.";

const addedAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = ({ asked: _, addedAt, ...u }: UploadRecord) => ({ ...u, addedAt: addedAt.toISOString() });

const required = (upload: UploadRecord | null): UploadRecord => {
  if (upload === null) throw new AppError("NOT_FOUND", "There is no upload with this id.");
  return upload;
};

export type UploadDeps = IntakeDeps &
  ImageDeps & {
    /** Whether the company may have one more under way; throws QUOTA_EXCEEDED where not. */
    readonly mayScan?: (tx: Tx, companyId: number) => Promise<void>;
  };

/** What the uploads of a server are: routes, and the job that pulls images. */
export interface Uploads {
  readonly routes: Endpoint[];
  /** The job that pulls an image; what cannot be mended by another try is not tried again. */
  scanImage(payload: JobPayload, context: Pick<JobContext, "attempt" | "maxAttempts" | "signal">): Promise<void>;
}

const begin = async (
  { db, mayScan }: Pick<UploadDeps, "db" | "mayScan">,
  companyId: number,
  upload: Parameters<typeof insertUpload>[2],
  also?: Parameters<Database["withCompany"]>[1],
): Promise<void> => {
  await db.withCompany(companyId, async (tx) => {
    await failForgotten(tx, companyId, FORGOTTEN_HOURS, FORGOTTEN);
    if ((await countRunning(tx, companyId)) >= RUNNING_MAX) {
      throw new AppError("RATE_LIMITED", `${RUNNING_MAX} uploads are under way: wait until one of them has ended.`);
    }
    await mayScan?.(tx, companyId);
    if (!(await insertUpload(tx, companyId, upload))) {
      throw new AppError("CONFLICT", "There is an upload with this id already: choose another.", { field: "uploadId" });
    }
    await also?.(tx);
  });
};

/** What whoever sees some assets only brings, is an asset that they see. */
const boundTo = ({ labels }: Identity): Pick<Asked, "labels"> => (labels === null ? {} : { labels });

/** Until an upload has its asset, only who sees the whole company and who is bound to its labels know of it. */
const withoutAsset = async ({ db }: UploadDeps, { companyId, labels }: Identity, id: string) => {
  if (labels === null) return null;
  const found = await db.withCompany(companyId, (tx) => uploadById(tx, companyId, id));
  const bound = found?.assetId === null ? found.asked.labels : undefined;
  return bound?.every((label) => labels.includes(label)) ? found : null;
};

const addSbom = (intake: Intake, { db, dataDir, mayScan }: UploadDeps): Endpoint =>
  implement(routes.addSbom, {
    audit: "sbom.upload",
    transaction: "none",
    run: async (context, { query: { uploadId, file, ...given }, body }) => {
      const { companyId, subject: actor } = context.identity;
      const asked = { ...given, ...boundTo(context.identity) };
      const key = { companyId, id: uploadId ?? randomUUID() };
      const name = file ?? asked.name ?? "document";
      await begin({ db, mayScan }, companyId, {
        id: key.id,
        kind: "sbom",
        name,
        asked,
        state: "receiving",
        addedBy: actor,
      });
      const progress = intake.progress(key);
      let path: string | null = null;
      try {
        const received = await receive(body, join(dataDir, "uploads"), (done) =>
          progress.tell("receiving", "Receiving the document", done, null),
        );
        path = received.path;
        await progress.settled();
        await intake.take(key, { kind: "sbom", path }, asked, new AbortController().signal);
      } catch (error) {
        await progress.settled();
        await intake.fail(key, error);
        await db.withCompany(companyId, (tx) =>
          context.record(tx, { companyId, actor, target: key.id, detail: { name, outcome: "refused" } }),
        );
        throw error;
      } finally {
        if (path !== null) await rm(path, { force: true });
      }
      return await db.withCompany(companyId, async (tx) => {
        const done = required(await uploadById(tx, companyId, key.id));
        const detail = { name, assetId: done.assetId, components: done.componentCount };
        await context.record(tx, { companyId, actor, target: key.id, detail });
        return toRow(done);
      });
    },
  });

const scanImageRoute = ({ db, mayScan }: UploadDeps): Endpoint =>
  implement(routes.scanImage, {
    audit: "image.scan",
    transaction: "none",
    run: async (context, { body: { reference, ...given } }) => {
      const { companyId, subject: addedBy } = context.identity;
      const asked = { ...given, ...boundTo(context.identity) };
      const { text } = mustReference(reference);
      const id = randomUUID();
      await begin(
        { db, mayScan },
        companyId,
        { id, kind: "image", name: text, asked, state: "waiting", addedBy },
        async (tx) => {
          await enqueueImage(tx, companyId, id);
          await context.record(tx, { companyId, actor: addedBy, target: id, detail: { reference: text } });
        },
      );
      return await db.withCompany(companyId, async (tx) => toRow(required(await uploadById(tx, companyId, id))));
    },
  });

/** The uploads of a server. */
export const createUploads = (deps: UploadDeps): Uploads => {
  const intake = createIntake(deps);
  return {
    scanImage: createImageJob(intake, deps),
    routes: [
      addSbom(intake, deps),
      scanImageRoute(deps),
      implement(routes.listUploads, {
        audit: "none",
        run: async ({ tx, identity: { companyId } }, { query }) => {
          const after = query.cursor === undefined ? null : decodeCursor(query.cursor, addedAndId);
          const rows = await uploadsPage(tx, companyId, { limit: query.limit + 1, after });
          const count = await countUploads(tx, companyId);
          return pageOf(rows, query.limit, count, toRow, (u) => [u.addedAt.toISOString(), u.id]);
        },
      }),
      implement(routes.getUpload, {
        audit: "none",
        run: async ({ tx, identity }, { params: { id } }) =>
          toRow(required((await uploadById(tx, identity.companyId, id)) ?? (await withoutAsset(deps, identity, id)))),
      }),
    ],
  };
};
