import { AppError, messageOf } from "@zerotrace/core";
import type { ConnectorContext, RegistryLook } from "@zerotrace/plugins/connectors/connector";
import { CONNECTORS } from "@zerotrace/plugins/connectors/index";
import { join } from "node:path";
import type { CompanyKeys } from "../../platform/crypto/index.ts";
import type { Database, Tx } from "../../platform/db/index.ts";
import { enqueue, type JobContext, type JobPayload } from "../../platform/queue/index.ts";
import { writeAudit } from "../audit/index.ts";
import type { Ingest } from "../inventory/index.ts";
import { copyImage, orderImage, SIGN_IN } from "../uploads/index.ts";
import { openCredential } from "./credentials.ts";
import { changesOf } from "./rules.ts";
import { noteLooked, registryById, type RegistryRecord, takeDue } from "./sql.ts";
import {
  copyableTags,
  countScanning,
  forgetGone,
  knownTags,
  noteScanned,
  noteScanning,
  settleTags,
  type TagChange,
  waitingTags,
  type WaitingTag,
  writeTags,
} from "./tags-sql.ts";

/** Registries are looked at in so many lines, so that one that is slow holds up few others. */
const LINES = 2;
/** Images of one company that wait to be pulled or are being pulled; the other tags wait here, where they hold nobody up. */
const SCANNING_MAX = 5;
/** Tags that one run makes of what is known of their digest. */
const COPIES_MAX = 2_000;
const ERROR_CHARS_MAX = 500;

export interface WatchDeps {
  readonly db: Database;
  readonly keys: CompanyKeys;
  readonly ingest: Ingest;
  readonly dataDir: string;
  /** Whether the company may have one more scan under way; throws QUOTA_EXCEEDED where not. */
  readonly mayScan?: (tx: Tx, companyId: number) => Promise<void>;
  /** Asks the registries. */
  readonly fetch: typeof fetch;
}

/** The connector of a registry. */
export const connectorOf = () => {
  const [connector] = CONNECTORS;
  if (connector === undefined) throw new AppError("INTERNAL", "There is no connector for registries.");
  return connector;
};

/** What a connector is given. */
export const contextOf = (
  { fetch, dataDir }: Pick<WatchDeps, "fetch" | "dataDir">,
  signal: AbortSignal,
): ConnectorContext => ({
  fetch,
  credentialsDir: join(dataDir, "registry"),
  signIn: SIGN_IN,
  signal,
});

/** Orders a look; one that waits already is the same. */
export const enqueueLook = async (tx: Tx, companyId: number, registryId: string): Promise<void> => {
  await enqueue(tx, {
    task: "registry-watch",
    payload: { companyId, registryId },
    key: `registry-watch:${registryId}`,
    queueName: `registries-${companyId % LINES}`,
    maxAttempts: 3,
    priority: 10,
  });
};

/** Orders a look at each registry of these companies whose time has come. */
export const requestLooks = async (db: Database, companyIds: readonly number[]): Promise<void> => {
  for (const companyId of companyIds) {
    await db.withCompany(companyId, async (tx) => {
      for (const id of await takeDue(tx, companyId)) await enqueueLook(tx, companyId, id);
    });
  }
};

const countsOf = (changes: readonly TagChange[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { state } of changes) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
};

/** Writes what a look found, with an audit row where that is something new. */
const keepLook = async (
  { db }: WatchDeps,
  companyId: number,
  { id, name }: RegistryRecord,
  look: RegistryLook,
): Promise<void> => {
  await db.withCompany(companyId, async (tx) => {
    // Removed meanwhile, or its rules changed: another look is ordered then.
    const registry = await registryById(tx, companyId, id, true);
    if (registry === null) return;
    await settleTags(tx, companyId);
    const changes = changesOf(await knownTags(tx, companyId, id), look, registry.rules);
    await writeTags(tx, companyId, id, changes);
    await forgetGone(tx, companyId, id);
    const { problems, requestCount, repositories } = look;
    const repositoryCount = repositories.length;
    await noteLooked(tx, companyId, id, { error: null, problems, repositoryCount, requestCount });
    if (changes.length === 0) return;
    const detail = { name, ...countsOf(changes) };
    await writeAudit(tx, { companyId, actor: "server", action: "registry.look", target: id, detail, ip: "" });
  });
};

const referenceOf = ({ host, repository, tag, digest }: WaitingTag): string => `${host}/${repository}:${tag}@${digest}`;

/** Makes the assets of waiting tags whose digest an asset already stands for: nothing is pulled. */
const copyKnown = async (deps: WatchDeps, companyId: number): Promise<void> => {
  const { db } = deps;
  for (const known of await db.withCompany(companyId, (tx) => copyableTags(tx, companyId, COPIES_MAX))) {
    const { host, repository, tag, digest, assetId } = known;
    const to = { name: `${host}/${repository}`, branch: tag, reference: `${host}/${repository}@${digest}` };
    const made = await copyImage(deps, companyId, assetId, to);
    if (made !== null) await db.withCompany(companyId, (tx) => noteScanned(tx, companyId, known, made));
  }
};

/** Whether the company's limits leave room for one more scan. */
const hasRoom = async ({ mayScan }: WatchDeps, tx: Tx, companyId: number): Promise<boolean> => {
  try {
    await mayScan?.(tx, companyId);
    return true;
  } catch (error) {
    // The tag waits until a scan has ended, or until the next look.
    if (error instanceof AppError && error.code === "QUOTA_EXCEEDED") return false;
    throw error;
  }
};

/** Orders scans of tags that wait, a few at a time. */
const orderScans = async (deps: WatchDeps, companyId: number): Promise<void> => {
  await deps.db.withCompany(companyId, async (tx) => {
    const room = SCANNING_MAX - (await countScanning(tx, companyId));
    if (room <= 0) return;
    for (const waiting of await waitingTags(tx, companyId, room)) {
      if (!(await hasRoom(deps, tx, companyId))) return;
      const { host, repository, tag, platform } = waiting;
      const asked = { name: `${host}/${repository}`, branch: tag, ...(platform === "" ? {} : { platform }) };
      const addedBy = `registry:${waiting.registryName}`;
      const uploadId = await orderImage(tx, companyId, { reference: referenceOf(waiting), asked, addedBy });
      await noteScanning(tx, companyId, waiting, uploadId);
    }
  });
};

/** Notes how scans ended, and orders what is next: what was scanned by its digest is copied, the rest pulled. */
export const proceed = async (deps: WatchDeps, companyId: number): Promise<void> => {
  await deps.db.withCompany(companyId, (tx) => settleTags(tx, companyId));
  await copyKnown(deps, companyId);
  await orderScans(deps, companyId);
};

/** The job that looks at a registry. Why it could not is kept with the registry; it is looked at again when its time comes. */
export const watch = async (
  deps: WatchDeps,
  payload: JobPayload,
  { signal }: Pick<JobContext, "signal">,
): Promise<void> => {
  const { db, keys } = deps;
  const { companyId } = payload;
  const id = String(payload["registryId"]);
  const registry = await db.withCompany(companyId, (tx) => registryById(tx, companyId, id));
  if (registry === null) return;
  try {
    const credential = await db.withCompany(companyId, (tx) => openCredential(keys, tx, companyId, registry));
    const { host, rules } = registry;
    const look = await connectorOf().look({ host, rules, credential }, contextOf(deps, signal));
    await keepLook(deps, companyId, registry, look);
  } catch (error) {
    if (signal.aborted) throw error;
    const isOurs = !(error instanceof AppError);
    const says = isOurs ? "A fault of ours: the server's log has it." : messageOf(error).slice(0, ERROR_CHARS_MAX);
    await db.withCompany(companyId, (tx) => noteLooked(tx, companyId, id, { error: says, problems: [] }));
    if (isOurs) throw error;
  }
  await proceed(deps, companyId);
};
