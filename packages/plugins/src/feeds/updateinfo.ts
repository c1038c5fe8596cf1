import { isCve } from "@zerotrace/core";
import { XmlReader } from "@zerotrace/core/xml";

/** One `<update>` of an rpm repository's updateinfo.xml. */
export interface Update {
  readonly id: string;
  /** `security`, `bugfix`, `enhancement` …, as written. */
  readonly type: string;
  readonly title: string;
  /** As written, lower case; empty: none. */
  readonly severity: string;
  /** ISO; null: none that can be read. */
  readonly issuedAt: string | null;
  readonly updatedAt: string | null;
  readonly cves: readonly string[];
  /** Binary packages, each name once a collection and architecture. */
  readonly packages: readonly UpdatedPackage[];
}

/** A package that has the fix. */
export interface UpdatedPackage {
  readonly name: string;
  /** `epoch:version-release`; the epoch only when it is not 0. */
  readonly version: string;
  /** `name:stream` of the module that it is built in; empty: none. */
  readonly module: string;
}

/** An update, or why there is none. */
export type ReadUpdate = { readonly update: Update } | { readonly bad: string; readonly id: string };

/** Characters of a text that are kept; titles are short. */
const TEXT_MAX_CHARS = 1000;
/** Counts for one update; kernels have about 100 packages on each of three architectures. */
const MAX_PACKAGES = 50_000;
const MAX_CVES = 5000;
const UPDATE_DEPTH = 2;
const ID = /^[A-Za-z][A-Za-z0-9.:_-]{2,99}$/;
const TEXTS: ReadonlySet<string> = new Set(["id", "title", "severity"]);

interface Draft {
  readonly type: string;
  readonly texts: Map<string, string>;
  readonly dates: Map<string, string>;
  readonly cves: Set<string>;
  readonly packages: UpdatedPackage[];
  /** The first thing that makes it useless. */
  bad: string | null;
}

/**
 * Reads updateinfo.xml while it comes in; memory stays at one update. Source packages are left out. Methods throw Error when
 * it is no such document.
 */
export class UpdateInfo {
  readonly #tell: (read: ReadUpdate) => void;
  readonly #decoder = new TextDecoder();
  readonly #xml: XmlReader;
  #depth = 0;
  #draft: Draft | null = null;
  #module = "";
  /** The child of the update whose text is being read. */
  #child = "";

  constructor(tell: (read: ReadUpdate) => void) {
    this.#tell = tell;
    this.#xml = new XmlReader({
      open: (name, attributes) => this.#open(name, attributes),
      text: (text) => this.#text(text),
      close: () => this.#close(),
    });
  }

  push(bytes: Uint8Array): void {
    this.#xml.push(this.#decoder.decode(bytes, { stream: true }));
  }

  finish(): void {
    this.#xml.push(this.#decoder.decode());
    this.#xml.finish();
  }

  #open(name: string, attributes: ReadonlyMap<string, string>): void {
    this.#depth++;
    if (this.#depth === 1 && name !== "updates") throw new Error("its element is not `updates`");
    if (this.#depth === UPDATE_DEPTH && name === "update") {
      const type = attributes.get("type") ?? "";
      this.#draft = { type, texts: new Map(), dates: new Map(), cves: new Set(), packages: [], bad: null };
    }
    const draft = this.#draft;
    if (draft === null) return;
    if (this.#depth === UPDATE_DEPTH + 1) this.#child = name;
    if (name === "issued" || name === "updated") draft.dates.set(name, attributes.get("date") ?? "");
    else if (name === "reference") addReference(draft, attributes);
    else if (name === "collection") this.#module = "";
    else if (name === "module") {
      this.#module = `${attributes.get("name") ?? ""}:${attributes.get("stream") ?? ""}`.slice(0, 200);
    } else if (name === "package") addPackage(draft, attributes, this.#module);
  }

  #text(text: string): void {
    if (this.#draft === null || this.#depth !== UPDATE_DEPTH + 1 || !TEXTS.has(this.#child)) return;
    const { texts } = this.#draft;
    const before = texts.get(this.#child) ?? "";
    if (before.length < TEXT_MAX_CHARS) texts.set(this.#child, (before + text).slice(0, TEXT_MAX_CHARS));
  }

  #close(): void {
    if (this.#depth === UPDATE_DEPTH && this.#draft !== null) {
      this.#tell(finished(this.#draft));
      this.#draft = null;
      this.#module = "";
    }
    this.#depth--;
  }
}

function addReference(draft: Draft, attributes: ReadonlyMap<string, string>): void {
  const id = attributes.get("id") ?? "";
  if (attributes.get("type") !== "cve" || !isCve(id)) return;
  if (draft.cves.size >= MAX_CVES) draft.bad ??= `it names more than ${MAX_CVES} CVEs`;
  else draft.cves.add(id);
}

function addPackage(draft: Draft, attributes: ReadonlyMap<string, string>, module: string): void {
  const [name = "", epoch = "", version = "", release = "", arch = ""] = FIELDS.map((field) => attributes.get(field));
  if (arch === "src" || arch === "nosrc") return;
  if (!/^\S{1,300}$/.test(name) || !/^[^\s-]{1,200}$/.test(version) || !/^[^\s-]{1,200}$/.test(release)) {
    draft.bad ??= `its package ${name.slice(0, 80)} has no usable name, version or release`;
  } else if (!/^(\d{1,9})?$/.test(epoch)) draft.bad ??= `the epoch of its package ${name} is no number`;
  else if (draft.packages.length >= MAX_PACKAGES) draft.bad ??= `it names more than ${MAX_PACKAGES} packages`;
  else draft.packages.push({ name, version: `${Number(epoch) === 0 ? "" : `${epoch}:`}${version}-${release}`, module });
}

const FIELDS = ["name", "epoch", "version", "release", "arch"] as const;

function finished({ type, texts, dates, cves, packages, bad }: Draft): ReadUpdate {
  const text = (name: string): string => (texts.get(name) ?? "").replaceAll(/\s+/g, " ").trim();
  const id = text("id");
  if (!ID.test(id)) return { bad: "it has no usable id", id: id || "(no id)" };
  if (bad !== null) return { bad, id };
  return {
    update: {
      id,
      type,
      title: text("title"),
      severity: text("severity").toLowerCase(),
      issuedAt: instantOf(dates.get("issued")),
      updatedAt: instantOf(dates.get("updated")),
      cves: [...cves],
      packages,
    },
  };
}

/** `2018-01-11 21:05`, with or without seconds and `T`, or seconds since 1970; in UTC. */
function instantOf(date: string | undefined): string | null {
  const found = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d)?)?/.exec(date ?? "");
  const text = found && `${found[1]}T${found[2] ?? "00:00"}${found[3] ?? ":00"}Z`;
  const at = text ? Date.parse(text) : /^\d{9,10}$/.test(date ?? "") ? Number(date) * 1000 : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
