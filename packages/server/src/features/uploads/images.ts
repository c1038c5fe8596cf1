import { AppError } from "@zerotrace/core";
import { mustReference } from "@zerotrace/plugins/targets/image/reference";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { Database, Tx } from "../../platform/db/index.ts";
import { enqueue, type JobContext, type JobPayload } from "../../platform/queue/index.ts";
import type { Intake } from "./intake.ts";
import { type Asked, insertUpload, uploadById } from "./sql.ts";

/** Tries to pull an image. */
const IMAGE_ATTEMPTS = 3;
/** What nobody asked for by hand comes after what somebody waits for. */
const WATCHED_PRIORITY = 20;

export interface ImageDeps {
  readonly db: Database;
  readonly dataDir: string;
  /** Registries that may be at addresses that are not public. */
  readonly registryHosts: readonly string[];
  /** The company's own credential for the registry of an image; null when it has none. */
  readonly credentialFor?: (
    companyId: number,
    image: { readonly uploadId: string; readonly host: string; readonly repository: string },
  ) => Promise<{ readonly user: string; readonly password: string } | null>;
  /** Told when an image was scanned or could not be. */
  readonly onImageEnd?: (companyId: number) => Promise<void>;
}

/** Orders the job that pulls an image; images are pulled one after the other. */
export const enqueueImage = async (tx: Tx, companyId: number, uploadId: string, priority = 0): Promise<void> => {
  const payload = { companyId, uploadId };
  await enqueue(tx, { task: "image-scan", payload, queueName: "images", maxAttempts: IMAGE_ATTEMPTS, priority });
};

/** Orders an image that nobody asked for by hand; answers the upload's id. */
export const orderImage = async (
  tx: Tx,
  companyId: number,
  order: { readonly reference: string; readonly asked: Asked; readonly addedBy: string },
): Promise<string> => {
  const id = randomUUID();
  const { reference: name, asked, addedBy } = order;
  await insertUpload(tx, companyId, { id, kind: "image", name, asked, state: "waiting", addedBy });
  await enqueueImage(tx, companyId, id, WATCHED_PRIORITY);
  return id;
};

/** Only what lies outside may be better the next time. */
const isWorthAnotherTry = (error: unknown): boolean =>
  !(error instanceof AppError) || error.code === "UNREADABLE" || error.code === "RATE_LIMITED";

type ImageContext = Pick<JobContext, "attempt" | "maxAttempts" | "signal">;

const pull = async (
  intake: Intake,
  { dataDir, registryHosts, credentialFor }: ImageDeps,
  key: { readonly companyId: number; readonly id: string },
  { reference, asked: { platform, ...asked }, signal }: { reference: string; asked: Asked; signal: AbortSignal },
): Promise<void> => {
  const { text, repository } = mustReference(reference);
  const [host = ""] = text.split("/");
  const credential = await credentialFor?.(key.companyId, { uploadId: key.id, host, repository });
  const order = {
    kind: "image",
    reference,
    ...(platform === undefined ? {} : { platform }),
    ...(credential ? { credential } : {}),
    allowedHosts: registryHosts,
    credentialsDir: join(dataDir, "registry"),
  } as const;
  await intake.take(key, order, asked, signal);
};

/** The job that pulls an image; what cannot be mended by another try is not tried again. */
export const createImageJob =
  (intake: Intake, deps: ImageDeps) =>
  async (payload: JobPayload, { attempt, maxAttempts, signal }: ImageContext): Promise<void> => {
    const { companyId } = payload;
    const key = { companyId, id: String(payload["uploadId"]) };
    const upload = await deps.db.withCompany(companyId, (tx) => uploadById(tx, companyId, key.id));
    if (upload === null || upload.state === "done" || upload.state === "failed") return;
    try {
      await pull(intake, deps, key, { reference: upload.name, asked: upload.asked, signal });
    } catch (error) {
      if (signal.aborted) throw error;
      if (attempt < maxAttempts && isWorthAnotherTry(error)) throw error;
      await intake.fail(key, error);
    }
    await deps.onImageEnd?.(companyId);
  };
