/** What one document may cost. Lengths in UTF-16 units. */
export interface XmlLimits {
  readonly maxDepth: number;
  /** Longest tag with its attributes. */
  readonly maxTagChars: number;
  readonly maxTags: number;
}

export const XML_LIMITS: XmlLimits = { maxDepth: 32, maxTagChars: 64 * 1024, maxTags: 20_000_000 };

/** Told what a document holds, in order. */
export interface XmlHandler {
  open(name: string, attributes: ReadonlyMap<string, string>): void;
  /** Text of the open element; it may come in pieces. */
  text(text: string): void;
  close(name: string): void;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const ATTRIBUTE = /\s+([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAIL = /\s*\/?$/y;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
/** Longest reference that is resolved: `&#1114111;`. */
const REFERENCE_CHARS = 10;
/** What is passed over, by its beginning; the text of CDATA is told as it is. */
const SECTIONS = [
  { begin: "<!--", end: "-->", isText: false },
  { begin: "<![CDATA[", end: "]]>", isText: true },
  { begin: "<?", end: "?>", isText: false },
] as const;

/**
 * Reads XML while it comes in, in memory of one tag. A document type is refused and only XML's own five entities and character
 * references are resolved (others stay as written): nothing can be expanded or fetched. Methods throw Error where the text is
 * no well-formed document or breaks a limit. Namespaces are part of the names.
 */
export class XmlReader {
  readonly #handler: XmlHandler;
  readonly #limits: XmlLimits;
  readonly #open: string[] = [];
  #rest = "";
  #section: (typeof SECTIONS)[number] | null = null;
  #tagCount = 0;

  constructor(handler: XmlHandler, limits: XmlLimits = XML_LIMITS) {
    this.#handler = handler;
    this.#limits = limits;
  }

  /** Takes the next piece of the document. */
  push(piece: string): void {
    const all = this.#rest + piece;
    let at = 0;
    for (let next = this.#step(all, at); next > at; next = this.#step(all, at)) at = next;
    this.#rest = all.slice(at);
    if (this.#rest.length > this.#limits.maxTagChars) throw new Error("a tag is too long or not closed");
  }

  /** Says that nothing follows. */
  finish(): void {
    if (this.#rest.trim() !== "" || this.#section !== null || this.#open.length > 0) {
      throw new Error("it ends in the middle");
    }
    if (this.#tagCount === 0) throw new Error("it has no element");
  }

  /** Reads one thing and returns where it ends; `at` itself when more of the document is needed. */
  #step(all: string, at: number): number {
    if (at === all.length) return at;
    if (this.#section !== null) return this.#inSection(all, at, this.#section);
    const open = all.indexOf("<", at);
    if (open !== at) return this.#beforeTag(all, at, open);
    for (const section of SECTIONS) {
      if (all.startsWith(section.begin, at)) {
        this.#section = section;
        return at + section.begin.length;
      }
      if (section.begin.startsWith(all.slice(at))) return at;
    }
    if (all[at + 1] === "!") throw new Error("it declares a document type");
    const end = tagEnd(all, at + 1);
    if (end < 0) return at;
    if (end - at > this.#limits.maxTagChars) throw new Error("a tag is too long or not closed");
    this.#tag(all.slice(at + 1, end));
    return end + 1;
  }

  #inSection(all: string, at: number, { end, isText }: (typeof SECTIONS)[number]): number {
    const found = all.indexOf(end, at);
    const to = found < 0 ? Math.max(at, all.length - end.length + 1) : found;
    if (isText && to > at) this.#handler.text(all.slice(at, to));
    if (found < 0) return to;
    this.#section = null;
    return found + end.length;
  }

  #beforeTag(all: string, at: number, open: number): number {
    let to = open < 0 ? all.length : open;
    // A reference that is not whole yet waits for its end.
    const reference = open < 0 ? all.lastIndexOf("&") : -1;
    if (reference >= at && to - reference < REFERENCE_CHARS && !all.includes(";", reference)) to = reference;
    const text = all.slice(at, to);
    if (this.#open.length > 0) this.#handler.text(resolved(text));
    else if (text.replace("\uFEFF", "").trim() !== "") throw new Error("it has text outside of its element");
    return to;
  }

  /** `tag` is what stands between `<` and `>`. */
  #tag(tag: string): void {
    if (++this.#tagCount > this.#limits.maxTags) throw new Error(`it has more than ${this.#limits.maxTags} tags`);
    if (tag.startsWith("/")) {
      const name = tag.slice(1).trimEnd();
      if (this.#open.pop() !== name) throw new Error(`\`${name.slice(0, 100)}\` is closed, but not open`);
      this.#handler.close(name);
      return;
    }
    NAME.lastIndex = 0;
    const name = NAME.exec(tag)?.[0];
    if (name === undefined) throw new Error("a tag has no name");
    if (this.#open.length === 0 && this.#tagCount > 1) throw new Error("it has more than one element");
    if (this.#open.length >= this.#limits.maxDepth)
      throw new Error(`it is nested deeper than ${this.#limits.maxDepth}`);
    this.#handler.open(name, attributesOf(tag, name.length));
    if (tag.endsWith("/")) this.#handler.close(name);
    else this.#open.push(name);
  }
}

/** Where the tag closes; a `>` in quotes does not close it. -1: not yet. */
function tagEnd(text: string, from: number): number {
  let quote = "";
  for (let at = from; at < text.length; at++) {
    const char = text[at] as string;
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return at;
  }
  return -1;
}

function attributesOf(tag: string, from: number): Map<string, string> {
  const attributes = new Map<string, string>();
  let at = from;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const found = ATTRIBUTE.exec(tag);
    if (found === null) break;
    attributes.set(found[1] as string, resolved(found[2] ?? found[3] ?? ""));
    at = ATTRIBUTE.lastIndex;
  }
  TAIL.lastIndex = at;
  if (!TAIL.test(tag)) throw new Error("a tag has attributes that are none");
  return attributes;
}

const REFERENCE = /&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g;

const resolved = (text: string): string =>
  text.includes("&")
    ? text.replaceAll(REFERENCE, (whole, decimal, hex, name) => {
        if (name !== undefined) return ENTITIES[name as string] as string;
        const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
        return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      })
    : text;
