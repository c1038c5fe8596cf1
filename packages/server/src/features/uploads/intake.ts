import { AppError, messageOf } from "@zerotrace/core";
import type { Database } from "../../platform/db/index.ts";
import { upsertUploaded } from "../assets/index.ts";
import type { Dictionary } from "../components/index.ts";
import { type ComponentPlace, type Ingest, replacePlaces } from "../inventory/index.ts";
import { emit } from "../stream/index.ts";
import type { AssetKind, UploadState } from "./contract.ts";
import type { ReadHead, ReadOrder, ReadPackage } from "./reading.ts";
import { readInThread } from "./read-thread.ts";
import { type Asked, failUpload, finishUpload, writeProgress } from "./sql.ts";

/** Documents that are read at the same time: each has a thread and its memory. Images are read one after the other, by their queue. */
const READERS_MAX = 2;
/** Documents that wait for a reader, of all companies; more are refused. */
const WAITING_MAX = 64;
const PROGRESS_EVERY_MS = 500;
const SBOM_TIMEOUT_MS = 5 * 60_000;
const IMAGE_TIMEOUT_MS = 30 * 60_000;
/** The one source of an asset that is made by uploads. */
const SOURCE = { sbom: "sbom", image: "image" } as const;

export interface IntakeDeps {
  readonly db: Database;
  readonly dictionary: Dictionary;
  readonly ingest: Ingest;
}

/** One upload and who it belongs to. */
export interface UploadKey {
  readonly companyId: number;
  readonly id: string;
}

/** Says how far an upload is, to the database and to listeners, not more often than anyone can read. */
export interface Progress {
  tell(state: UploadState, says: string, doneBytes: number, totalBytes: number | null): void;
  /** Resolves when the last that was told is written. */
  settled(): Promise<void>;
}

/** Takes documents and images in: read in a thread, components into the dictionary, the inventory by the way of the agents'. */
export interface Intake {
  progress(key: UploadKey): Progress;
  /** Stores what an order brings. Throws what reading refused; the upload is then marked so. */
  take(key: UploadKey, order: ReadOrder, asked: Asked, signal: AbortSignal): Promise<void>;
  /** Marks an upload as failed and tells listeners. */
  fail(key: UploadKey, error: unknown): Promise<void>;
}

interface Named {
  readonly kind: AssetKind;
  readonly name: string;
  readonly branch: string;
  readonly version: string;
}

/** What asset it is: as asked, else as the document says. Throws BAD_REQUEST when nobody says. */
const nameOf = (head: ReadHead, asked: Asked): Named => {
  const name = asked.name ?? head.name;
  if (name === "") {
    throw new AppError("BAD_REQUEST", "The document does not say what it is about: give the asset a name.", {
      field: "name",
    });
  }
  return {
    kind: (asked.kind as AssetKind | undefined) ?? head.kind ?? "repository",
    name,
    branch: asked.branch ?? (asked.name === undefined ? head.branch : ""),
    version: asked.version ?? head.version,
  };
};

/** At most so many at once; the rest wait in their order. */
const createTurns = (most: number, waitingMost: number) => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= most) {
      if (waiting.length >= waitingMost) {
        throw new AppError("RATE_LIMITED", "Too many documents wait to be read: try again in a minute.");
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
};

const createProgress = (db: Database, { companyId, id }: UploadKey): Progress => {
  let toldAtMs = 0;
  let toldState: UploadState | null = null;
  let last: Promise<void> = Promise.resolve();
  return {
    tell: (state, says, doneBytes, totalBytes) => {
      if (state === toldState && Date.now() - toldAtMs < PROGRESS_EVERY_MS) return;
      toldAtMs = Date.now();
      toldState = state;
      // Progress that cannot be written is no reason to stop.
      last = last
        .then(() =>
          db.withCompany(companyId, async (tx) => {
            await writeProgress(tx, companyId, id, { state, says, doneBytes, totalBytes });
            const summary = { state, says, doneBytes, totalBytes };
            await emit(tx, companyId, { channel: "upload_update", ids: [id], count: 1, summary });
          }),
        )
        .catch(() => undefined);
    },
    settled: () => last,
  };
};

interface Gathered {
  readonly head: ReadHead;
  readonly places: readonly ComponentPlace[];
}

/** Reads in a thread and turns components into ids as they come. */
const read = async (
  { dictionary }: IntakeDeps,
  order: ReadOrder,
  progress: Progress,
  signal: AbortSignal,
): Promise<Gathered> => {
  const heads: ReadHead[] = [];
  const places: ComponentPlace[] = [];
  const timeoutMs = order.kind === "sbom" ? SBOM_TIMEOUT_MS : IMAGE_TIMEOUT_MS;
  const onPackages = async (packages: readonly ReadPackage[]): Promise<void> => {
    const ids = await dictionary.idsOf(packages.map(({ component }) => component));
    for (const [i, { component: _, ...place }] of packages.entries()) {
      places.push({ ...place, componentId: ids[i] as number });
    }
    progress.tell("storing", `${places.length} of ${heads[0]?.packageCount ?? places.length} components`, 0, null);
  };
  const listener = {
    onProgress: (text: string, done: number, total: number | null) => progress.tell("reading", text, done, total),
    onHead: async (given: ReadHead) => void heads.push(given),
    onPackages,
  };
  await readInThread(order, listener, { signal, timeoutMs });
  const [head] = heads;
  if (head === undefined) throw new AppError("UNREADABLE", "Reading it ended early: send it again.");
  return { head, places };
};

/** Stores what was read as the inventory of its asset. */
const keep = async (
  { db, ingest }: IntakeDeps,
  { companyId, id }: UploadKey,
  { kind, asked }: { kind: ReadOrder["kind"]; asked: Asked },
  { head, places }: Gathered,
): Promise<void> => {
  const named = nameOf(head, asked);
  const assetId = await db.withCompany(companyId, (tx) =>
    upsertUploaded(tx, companyId, { ...named, labels: asked.labels ?? null }),
  );
  const { name, version } = named;
  const { os, ecosystem, facts } = head;
  const reported = { takenAt: new Date().toISOString(), name, os, ecosystem, version, facts };
  const source = { name: SOURCE[kind], ids: places.map((one) => one.componentId), problems: head.problems };
  const { addedCount, removedCount, componentCount } = await ingest.putSource(companyId, assetId, reported, source);
  const once = [...new Map(places.map((one) => [one.componentId, one])).values()];
  await db.withCompany(companyId, async (tx) => {
    await replacePlaces(tx, companyId, assetId, once);
    const { notJudgedCount, problemCount, problems } = head;
    const done = { assetId, componentCount, notJudgedCount, addedCount, removedCount, problemCount };
    await finishUpload(tx, companyId, id, { ...done, problems: [...problems] });
    const summary = { state: "done", assetId, componentCount };
    await emit(tx, companyId, { channel: "upload_update", ids: [id], count: 1, summary });
  });
};

/** The intake of a server. */
export const createIntake = (deps: IntakeDeps): Intake => {
  const { db } = deps;
  const inTurn = createTurns(READERS_MAX, WAITING_MAX);
  return {
    progress: (key) => createProgress(db, key),
    take: async (key, order, asked, signal) => {
      const progress = createProgress(db, key);
      progress.tell("waiting", "Waiting for others to be read", 0, null);
      const turn = order.kind === "sbom" ? inTurn : <T>(run: () => Promise<T>): Promise<T> => run();
      const reading = turn(() => {
        progress.tell("reading", order.kind === "sbom" ? "Reading the document" : "Asking the registry", 0, null);
        return read(deps, order, progress, signal);
      });
      let gathered: Gathered;
      try {
        gathered = await reading;
      } finally {
        // How it ended must not be overtaken by how far it was.
        await progress.settled();
      }
      await keep(deps, key, { kind: order.kind, asked }, gathered);
    },
    fail: async ({ companyId, id }, error) => {
      const says = error instanceof AppError ? error.message : "A fault of ours: the server's log has it.";
      await db.withCompany(companyId, async (tx) => {
        await failUpload(tx, companyId, id, messageOf(says));
        const summary = { state: "failed", error: says };
        await emit(tx, companyId, { channel: "upload_update", ids: [id], count: 1, summary });
      });
    },
  };
};
