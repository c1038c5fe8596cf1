import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { type AdvisoryRecord, createStrings, parseOsvRecord } from "@zerotrace/core";
import type { FeedSink } from "./feed.ts";
import { createEpssRows } from "./generation-epss.ts";
import {
  type Generation,
  type GenerationMeta,
  type Line,
  lineKey,
  type LineSection,
  numberOfCve,
  oneLine,
} from "./generation-format.ts";

const BUFFER_BYTES = 1024 * 1024;
/** What is read at once of values that lie side by side. */
const WINDOW_BYTES = 64 * 1024;
const GROWTH_FIRST = 4096;
/** Bytes of one UTF-16 unit at most. */
const UTF8_MAX = 3;

/** Numbers by position, growing. */
const createNumbers = () => {
  let values = new Float64Array(GROWTH_FIRST);
  let length = 0;
  return {
    push(value: number): number {
      if (length === values.length) values = new Float64Array(values.buffer.transfer(values.byteLength * 2));
      values[length] = value;
      return length++;
    },
    get length(): number {
      return length;
    },
    at: (i: number): number => values[i] as number,
    set: (i: number, value: number): void => void (values[i] = value),
    free(): void {
      values = new Float64Array(values.buffer.transfer(0));
      length = 0;
    },
  };
};

/** Keys and where the value of each lies: bytes and numbers, because a Map of 100,000 strings costs every garbage collection. */
const createPlaces = () => {
  const keys = createStrings();
  const places = createNumbers();
  return {
    get size(): number {
      return keys.length;
    },
    /** The place of a key; -1 when there is none. */
    of: (key: string): number => {
      const n = keys.find(key);
      return n < 0 ? -1 : places.at(n);
    },
    set: (key: string, place: number): void => {
      const n = keys.intern(key);
      if (n === places.length) places.push(place);
      else places.set(n, place);
    },
    /** Sorted by the key, as JavaScript sorts texts. */
    *sorted(): Generator<readonly [string, number]> {
      for (const n of keys.sorted()) yield [keys.of(n), places.at(n)];
    },
    free(): void {
      keys.free();
      places.free();
    },
  };
};

/**
 * One record of two that a feed gives under one id and date, such as a CVE that each ecosystem's archive tells for its own packages:
 * the first with what only the other says is affected. Null when that is nothing, or another feed says it. Values are
 * `feed<TAB>JSON`.
 */
const united = (known: string, other: string): string | null => {
  const tab = other.indexOf("\t");
  if (known === other || !known.startsWith(other.slice(0, tab + 1))) return null;
  const record = JSON.parse(known.slice(tab + 1)) as Affected;
  const { affected = [] } = JSON.parse(other.slice(tab + 1)) as Affected;
  const told = new Set((record.affected ?? []).map((one) => JSON.stringify(one)));
  const more = affected.filter((one) => !told.has(JSON.stringify(one)));
  if (more.length === 0) return null;
  return `${known.slice(0, tab + 1)}${JSON.stringify({ ...record, affected: [...(record.affected ?? []), ...more] })}`;
};

interface Affected {
  readonly affected?: readonly unknown[];
}

/**
 * Takes in what feeds say in any order and gives it back sorted: the texts lie in a file, memory holds their names and
 * places alone. Of records with one id the one modified last counts; what only one of two equal ones says is affected, both say. Blocks its thread.
 */
export class Spool {
  readonly #path: string;
  readonly #fd: number;
  readonly #buffer: Buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #used = 0;
  #written = 0;
  #isOpen = true;
  readonly #places = {
    cves: createPlaces(),
    cwes: createPlaces(),
    kev: createPlaces(),
    products: createPlaces(),
    records: createPlaces(),
  } satisfies Record<LineSection, unknown>;
  readonly #at = createNumbers();
  readonly #size = createNumbers();
  /** Bytes behind the value: of a record, what was made of it. */
  readonly #more = createNumbers();
  readonly #modified = createNumbers();
  readonly #epss = createEpssRows();

  /** Creates or empties the file. */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, "w+", 0o600);
  }

  /**
   * What one feed tells. Where feeds speak of one CVE, they have their words by id: keys must not depend on how many
   * feeds there are, or a new one would change them all.
   */
  sink(feed: string): FeedSink {
    return {
      record: (record, raw) => this.#record(record, feed, raw),
      kev: (cveId, addedAt) => this.#set("kev", cveId, JSON.stringify(addedAt.slice(0, 10))),
      epss: (cveId, score, percentile) => this.#epss.add(numberOfCve(cveId), score, percentile),
      cve: (entry) => {
        const own = this.#places.cves;
        let key = `${lineKey(entry.id)}#${feed}`;
        for (let n = 1; own.of(key) >= 0; n++) key = `${lineKey(entry.id)}#${feed}.${String(n).padStart(6, "0")}`;
        own.set(key, this.#put(JSON.stringify(entry), 0));
      },
      cwe: (id, name) => this.#set("cwes", id, JSON.stringify(name)),
      lifeCycle: (product) => this.#set("products", product.product, JSON.stringify(product)),
    };
  }

  /** What was taken in, as a generation. Each section can be read once, until `close`: its names are given back with it. */
  generation(meta: Pick<GenerationMeta, "builtAt" | "sources">): Generation {
    const sizeOf = (section: LineSection): number => this.#places[section].size;
    let epss = this.#epss.table();
    this.#epss.free();
    return {
      meta: {
        schema: "zerotrace.generation/1",
        kind: "full",
        hash: "",
        base: null,
        ...meta,
        counts: {
          cves: sizeOf("cves"),
          cwes: sizeOf("cwes"),
          kev: sizeOf("kev"),
          products: sizeOf("products"),
          records: sizeOf("records"),
          epss: epss.keys.length,
        },
      },
      lines: (section, from = "") => this.#lines(section, from),
      epss: () => epss,
      release: () => {
        epss = { keys: new Float64Array(0), scores: new Float64Array(0), percentiles: new Float64Array(0) };
        this.close();
      },
    };
  }

  /** Gives the file and the memory back. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
    rmSync(this.#path, { force: true });
    for (const places of Object.values(this.#places)) places.free();
    for (const numbers of [this.#at, this.#size, this.#more, this.#modified]) numbers.free();
  }

  #record(record: AdvisoryRecord, feed: string, raw: string): void {
    const key = lineKey(record.id);
    const known = this.#places.records.of(key);
    const modified = Date.parse(record.modifiedAt);
    const value = `${feed}\t${oneLine(raw)}`;
    if (known >= 0 && !(modified > this.#modified.at(known))) {
      const both = modified === this.#modified.at(known) ? united(this.#value(known), value) : null;
      if (both === null) return;
      const parsed = parseOsvRecord(JSON.parse(both.slice(both.indexOf("\t") + 1)));
      this.#places.records.set(key, this.#put(both, modified, JSON.stringify(parsed)));
      return;
    }
    this.#places.records.set(key, this.#put(value, modified, JSON.stringify(record)));
  }

  #value(place: number): string {
    const at = this.#at.at(place);
    const size = this.#size.at(place);
    if (at >= this.#written) return this.#buffer.toString("utf8", at - this.#written, at - this.#written + size);
    const bytes = Buffer.allocUnsafe(size);
    this.#read(bytes, at, size, size);
    return bytes.toString("utf8");
  }

  #set(section: LineSection, name: string, value: string): void {
    this.#places[section].set(lineKey(name), this.#put(value, 0));
  }

  #put(value: string, modified: number, more = ""): number {
    if ((value.length + more.length) * UTF8_MAX > BUFFER_BYTES - this.#used) this.#flush();
    this.#at.push(this.#written + this.#used);
    this.#size.push(this.#append(value));
    this.#more.push(this.#append(more));
    return this.#modified.push(modified);
  }

  /** Answers how many bytes; for what may not fit the buffer must be empty. */
  #append(text: string): number {
    if (text.length * UTF8_MAX > BUFFER_BYTES - this.#used) {
      this.#flush();
      const bytes = Buffer.from(text, "utf8");
      this.#write(bytes);
      return bytes.length;
    }
    const count = this.#buffer.write(text, this.#used);
    this.#used += count;
    return count;
  }

  #flush(): void {
    this.#write(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }

  #write(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    this.#written += bytes.length;
  }

  /** Reads up to `most` bytes, at least `least`; answers how many. */
  #read(into: Buffer, at: number, most: number, least: number): number {
    let done = 0;
    while (done < least) {
      const count = readSync(this.#fd, into, done, most - done, at + done);
      if (count === 0) throw new Error("the spool is cut short");
      done += count;
    }
    return done;
  }

  *#lines(section: LineSection, from: string): Generator<Line> {
    this.#flush();
    const places = this.#places[section];
    let window = Buffer.allocUnsafe(WINDOW_BYTES);
    let start = 0;
    let end = 0;
    for (const [key, place] of places.sorted()) {
      if (key < from) continue;
      const at = this.#at.at(place);
      const own = this.#size.at(place);
      const size = own + this.#more.at(place);
      if (at < start || at + size > end) {
        if (size > window.length) window = Buffer.allocUnsafe(size);
        // What was taken in one after the other is often asked for so too.
        const isNext = at === end || (at > start && at < end);
        start = at;
        end = at + this.#read(window, at, isNext ? window.length : size, size);
      }
      const value = window.subarray(at - start, at - start + own);
      const record = window.subarray(at - start + own, at - start + size);
      yield record.length === 0 ? { key, value } : { key, value, record };
    }
    places.free();
  }
}
