import { AppError } from "@zerotrace/core";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Database } from "../../platform/db/index.ts";
import { decodeCursor, type Endpoint, implement } from "../../platform/http/index.ts";
import { enqueue, type JobContext, type JobPayload } from "../../platform/queue/index.ts";
import { pageOf } from "../assets/index.ts";
import { routes } from "./contract.ts";
import { createIntake, type Intake, type IntakeDeps } from "./intake.ts";
import { receive } from "./receive.ts";
import {
  countRunning,
  countUploads,
  failForgotten,
  insertUpload,
  type UploadRecord,
  uploadById,
  uploadsPage,
} from "./sql.ts";

export { expireUploads } from "./sql.ts";

/** Uploads of one company that may be under way at once. */
const RUNNING_MAX = 50;
/** An upload that was told nothing of for so long is over. */
const FORGOTTEN_HOURS = 24;
const FORGOTTEN = "The server stopped before it was read: send it again.";
/** Tries to pull an image. */
const IMAGE_ATTEMPTS = 3;

const addedAndId = z.tuple([z.iso.datetime(), z.uuid()]);

const toRow = ({ asked: _, addedAt, ...u }: UploadRecord) => ({ ...u, addedAt: addedAt.toISOString() });

const required = (upload: UploadRecord | null): UploadRecord => {
  if (upload === null) throw new AppError("NOT_FOUND", "There is no upload with this id.");
  return upload;
};

export interface UploadDeps extends IntakeDeps {
  readonly dataDir: string;
  /** Registries that may be at addresses that are not public. */
  readonly registryHosts: readonly string[];
}

/** What the uploads of a server are: routes, and the job that pulls images. */
export interface Uploads {
  readonly routes: Endpoint[];
  /** The job that pulls an image; what cannot be mended by another try is not tried again. */
  scanImage(payload: JobPayload, context: Pick<JobContext, "attempt" | "maxAttempts" | "signal">): Promise<void>;
}

const begin = async (
  db: Database,
  companyId: number,
  upload: Parameters<typeof insertUpload>[2],
  also?: Parameters<Database["withCompany"]>[1],
): Promise<void> => {
  await db.withCompany(companyId, async (tx) => {
    await failForgotten(tx, companyId, FORGOTTEN_HOURS, FORGOTTEN);
    if ((await countRunning(tx, companyId)) >= RUNNING_MAX) {
      throw new AppError("RATE_LIMITED", `${RUNNING_MAX} uploads are under way: wait until one of them has ended.`);
    }
    if (!(await insertUpload(tx, companyId, upload))) {
      throw new AppError("CONFLICT", "There is an upload with this id already: choose another.", { field: "uploadId" });
    }
    await also?.(tx);
  });
};

const addSbom = (intake: Intake, { db, dataDir }: UploadDeps): Endpoint =>
  implement(routes.addSbom, {
    audit: "sbom.upload",
    transaction: "none",
    run: async (context, { query: { uploadId, file, ...asked }, body }) => {
      const { companyId, subject: actor } = context.identity;
      const key = { companyId, id: uploadId ?? randomUUID() };
      const name = file ?? asked.name ?? "document";
      await begin(db, companyId, { id: key.id, kind: "sbom", name, asked, state: "receiving", addedBy: actor });
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

const scanImageRoute = ({ db }: UploadDeps): Endpoint =>
  implement(routes.scanImage, {
    audit: "image.scan",
    transaction: "none",
    run: async (context, { body: { reference, ...asked } }) => {
      const { companyId, subject: addedBy } = context.identity;
      const { text } = mustReference(reference);
      const id = randomUUID();
      await begin(db, companyId, { id, kind: "image", name: text, asked, state: "waiting", addedBy }, async (tx) => {
        const payload = { companyId, uploadId: id };
        await enqueue(tx, {
          task: "image-scan",
          payload,
          queueName: "images",
          maxAttempts: IMAGE_ATTEMPTS,
        });
        await context.record(tx, { companyId, actor: addedBy, target: id, detail: { reference: text } });
      });
      return await db.withCompany(companyId, async (tx) => toRow(required(await uploadById(tx, companyId, id))));
    },
  });

/** Only what lies outside may be better the next time. */
const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof AppError) || error.code === "UNREADABLE" || error.code === "RATE_LIMITED";

const createImageJob =
  (intake: Intake, { db, dataDir, registryHosts }: UploadDeps): Uploads["scanImage"] =>
  async (payload, { attempt, maxAttempts, signal }) => {
    const { companyId } = payload;
    const key = { companyId, id: String(payload["uploadId"]) };
    const upload = await db.withCompany(companyId, (tx) => uploadById(tx, companyId, key.id));
    if (upload === null || upload.state === "done" || upload.state === "failed") return;
    const { platform, ...asked } = upload.asked;
    const order = {
      kind: "image",
      reference: upload.name,
      ...(platform === undefined ? {} : { platform }),
      allowedHosts: registryHosts,
      credentialsDir: join(dataDir, "registry"),
    } as const;
    try {
      await intake.take(key, order, asked, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt < maxAttempts && isWorthAnotherTry(error)) throw error;
      await intake.fail(key, error);
    }
  };

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
        run: async ({ tx, identity: { companyId } }, { params: { id } }) =>
          toRow(required(await uploadById(tx, companyId, id))),
      }),
    ],
  };
};
