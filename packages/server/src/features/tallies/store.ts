import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import type { Database } from "../../platform/db/index.ts";
import { addBit, type Bits, bitsOf } from "../holdings/index.ts";
import { packFix, type PackedFix, RUN, sizeOf, type TallyKey } from "./pack.ts";
import { findingCount, findingsOf, type FixMark, marksIn, namesOf, partDigests, PARTS } from "./sql.ts";

/** How long what was read of many fixes is taken for true, and how much longer while it is looked at again beside the answer. */
const TRUST_MS = 1_000;
const TRUST_BESIDE_MS = 1_000;
/** Of so few fixes each answer looks (count). */
const FEW = 1_000;
/** Findings that are read while somebody waits; more are read while the database answers; of more it is always asked (counts). */
const AWAITED_MAX = 20_000;
const FINDINGS_MAX = 8_000_000;
/** Findings that are read at once (count). */
const READ_MAX = 60_000;
/** What the tallies of all companies may take together. */
const MEMORY_BYTES = 256 * 1024 * 1024;

/** The open findings of a company by what closes them, but those that a statement or a decision closes. */
export interface Tallies {
  readonly fixes: Iterable<PackedFix>;
  /** Above every component. */
  readonly end: number;
  /** Components of which anything is open, and some of which nothing is any more. */
  readonly components: Bits;
  /** Above every advisory. */
  readonly advisoryEnd: number;
  /** What an advisory is called. */
  nameOf(advisory: number): string;
  /** The advisory of a name; undefined where nothing is open of it. */
  idOf(name: string): number | undefined;
}

/** What is open of companies, in memory. */
export interface TallyStore {
  /**
   * The tallies of a company, true of the sums of its fixes as they were within the last two seconds. Null: they are just being read for the
   * first time, or are too many, or there are none; then findings are to be read. `isPatient`: waits for the first reading.
   */
  of(companyId: number, isPatient?: boolean): Promise<Tallies | null>;
  /** Reads what is open of companies that have too much to be read while somebody waits, one after the other: after a start. */
  prepare(companyIds: readonly number[]): Promise<void>;
}

/** Remembers nothing: the database is asked always. */
export const NO_TALLIES: TallyStore = { of: async () => null, prepare: async () => undefined };

interface Entry {
  readonly fixes: Map<string, PackedFix>;
  readonly marks: Map<string, FixMark>;
  /** Fixes whose advisories do not say the same of all findings. */
  readonly mixed: Set<string>;
  readonly names: Map<number, string>;
  readonly ids: Map<string, number>;
  end: number;
  advisoryEnd: number;
  components: Bits;
  digests: ReadonlyMap<number, string>;
  checkedAt: number;
  bytes: number;
}

const keyOf = ({ ecosystem, package: name, hasFix }: TallyKey): string => `${hasFix ? "+" : "-"}${ecosystem}\n${name}`;

const forget = (entry: Entry, key: string): void => {
  const known = entry.fixes.get(key);
  if (known) entry.bytes -= sizeOf(known);
  entry.fixes.delete(key);
  entry.marks.delete(key);
  entry.mixed.delete(key);
};

const learnNames = async (db: Database, companyId: number, entry: Entry, fixes: readonly PackedFix[]) => {
  const unknown = new Set<number>();
  for (const { runs, risks } of fixes) {
    for (let run = 0; run < risks.length; run += 1) {
      const id = runs[run * RUN] as number;
      if (!entry.names.has(id)) unknown.add(id);
    }
  }
  if (unknown.size === 0) return;
  for (const [id, name] of await db.asServiceFor(companyId, (tx) => namesOf(tx, [...unknown]))) {
    entry.names.set(id, name);
    entry.ids.set(name, id);
    entry.advisoryEnd = Math.max(entry.advisoryEnd, id + 1);
  }
};

const learnComponents = (entry: Entry, { own }: PackedFix): void => {
  entry.end = own.reduce((end, component) => Math.max(end, component + 1), entry.end);
  if (entry.components.length * 32 < entry.end) {
    const wider = bitsOf(entry.end * 2);
    wider.set(entry.components);
    entry.components = wider;
  }
  for (const component of own) addBit(entry.components, component);
};

const readSome = async (db: Database, companyId: number, entry: Entry, wanted: readonly FixMark[]): Promise<void> => {
  const rows = await db.asServiceFor(companyId, (tx) => findingsOf(tx, companyId, wanted));
  const byKey = Map.groupBy(rows, keyOf);
  const packed = wanted.flatMap((mark) => {
    const { ecosystem, package: name, hasFix } = mark;
    const found = byKey.get(keyOf(mark)) ?? [];
    return [{ mark, fix: packFix({ ecosystem, package: name, hasFix }, found) }];
  });
  const fixes = packed.flatMap(({ fix }) => (fix === null ? [] : [fix]));
  await learnNames(db, companyId, entry, fixes);
  for (const { mark, fix } of packed) {
    const key = keyOf(mark);
    forget(entry, key);
    entry.marks.set(key, mark);
    if (fix === null) entry.mixed.add(key);
    else {
      entry.fixes.set(key, fix);
      entry.bytes += sizeOf(fix);
      learnComponents(entry, fix);
    }
  }
};

/**
 * Brings an entry up to what is stored now: of fixes that changed, all findings are read again. `isCalm`: nobody waits; it rests as long as it
 * reads.
 */
const refresh = async (db: Database, companyId: number, entry: Entry, isCalm: boolean): Promise<void> => {
  const digests = await db.asServiceFor(companyId, (tx) => partDigests(tx, companyId));
  const parts = Array.from({ length: PARTS }, (_, part) => part).filter(
    (part) => entry.digests.get(part) !== digests.get(part),
  );
  if (parts.length > 0) {
    const marks = await db.asServiceFor(companyId, (tx) => marksIn(tx, companyId, parts));
    const changed = marks.filter((mark) => {
      const known = entry.marks.get(keyOf(mark));
      return known === undefined || known.content !== mark.content;
    });
    const now = new Set(marks.map(keyOf));
    const looked = new Set(parts);
    for (const [key, { part }] of entry.marks) if (looked.has(part) && !now.has(key)) forget(entry, key);
    let some: FixMark[] = [];
    let count = 0;
    for (const mark of changed) {
      some.push(mark);
      count += mark.findingCount;
      if (count < READ_MAX) continue;
      const from = performance.now();
      await readSome(db, companyId, entry, some);
      if (isCalm) await sleep(performance.now() - from, undefined, { ref: false });
      some = [];
      count = 0;
    }
    if (some.length > 0) await readSome(db, companyId, entry, some);
  }
  entry.digests = digests;
};

const emptyEntry = (): Entry => ({
  fixes: new Map(),
  marks: new Map(),
  mixed: new Set(),
  names: new Map(),
  ids: new Map(),
  end: 0,
  advisoryEnd: 0,
  components: bitsOf(0),
  digests: new Map(),
  checkedAt: 0,
  bytes: 0,
});

const talliesOf = (entry: Entry): Tallies | null =>
  entry.fixes.size === 0 || entry.mixed.size > 0
    ? null
    : {
        get fixes() {
          return entry.fixes.values();
        },
        end: entry.end,
        components: entry.components,
        advisoryEnd: entry.advisoryEnd,
        nameOf: (id) => entry.names.get(id) ?? "",
        idOf: (name) => entry.ids.get(name),
      };

/** Remembers what is open, for whoever asks often; `db` sees every company. Nothing is read before it is asked for. */
export const createTallyStore = (db: Database, nowMs: () => number = () => performance.now()): TallyStore => {
  const entries = new LRUCache<number, Entry>({ maxSize: MEMORY_BYTES, sizeCalculation: ({ bytes }) => bytes + 1 });
  const reading = new Map<number, { readonly entry: Promise<Entry> }>();

  const read = (companyId: number, entry: Entry, isCalm = false): Promise<Entry> => {
    const checkedAt = nowMs();
    const done = refresh(db, companyId, entry, isCalm)
      .then(() => {
        entry.checkedAt = checkedAt;
        entries.set(companyId, entry);
        return entry;
      })
      .catch((error: unknown) => {
        // of what is half new nobody knows what it is
        entries.delete(companyId);
        throw error;
      })
      .finally(() => reading.delete(companyId));
    reading.set(companyId, { entry: done });
    return done;
  };
  const first = async (companyId: number, isPatient: boolean, isCalm = false): Promise<Entry | null> => {
    const count = await db.asServiceFor(companyId, (tx) => findingCount(tx, companyId));
    if (count === 0 || count > FINDINGS_MAX) return null;
    if (!reading.has(companyId)) read(companyId, emptyEntry(), isCalm).catch(() => undefined);
    return count > AWAITED_MAX && !isPatient ? null : ((await reading.get(companyId)?.entry) ?? null);
  };
  const current = async (companyId: number, isPatient: boolean): Promise<Entry | null> => {
    const known = entries.get(companyId);
    if (known === undefined) return await first(companyId, isPatient);
    const isTrusted = (ms: number): boolean => known.marks.size > FEW && nowMs() - known.checkedAt < ms;
    if (isTrusted(TRUST_MS)) return known;
    if (isTrusted(TRUST_MS + TRUST_BESIDE_MS)) {
      (reading.get(companyId)?.entry ?? read(companyId, known)).catch(() => undefined);
      return known;
    }
    // what is being read may have been begun before what is asked for
    await reading.get(companyId)?.entry.catch(() => undefined);
    if (isTrusted(TRUST_MS)) return known;
    return await (reading.get(companyId)?.entry ?? read(companyId, known));
  };
  return {
    prepare: async (companyIds) => {
      for (const companyId of companyIds) {
        const count = entries.has(companyId)
          ? 0
          : await db.asServiceFor(companyId, (tx) => findingCount(tx, companyId));
        if (count > AWAITED_MAX) await first(companyId, true, true);
      }
    },
    of: async (companyId, isPatient = false) => {
      const entry = await current(companyId, isPatient);
      return entry && talliesOf(entry);
    },
  };
};
