/** One opening tag with its attributes, entities resolved. */
export interface XmlTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const MAX_TAG_CHARS = 64 * 1024;
const MAX_TAGS = 5_000_000;
const ATTRIBUTE = /([A-Za-z_:][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gy;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * The opening tags of a document whose names are wanted, in order. Text, comments and CDATA are passed over; entities other
 * than XML's own five and character references stay as written, and a DOCTYPE is refused: nothing can be expanded.
 * Throws Error where the text cannot be XML. One pass.
 */
export function* xmlTags(text: string, wanted: ReadonlySet<string>): Generator<XmlTag> {
  let count = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at)) {
    if (++count > MAX_TAGS) throw new Error(`it has more than ${MAX_TAGS} tags`);
    if (text.startsWith("<!--", at)) at = behind(text, "-->", at);
    else if (text.startsWith("<![CDATA[", at)) at = behind(text, "]]>", at);
    else if (text.startsWith("<?", at)) at = behind(text, "?>", at);
    else if (text.startsWith("<!", at)) throw new Error("it declares a document type");
    else {
      const end = tagEnd(text, at + 1);
      const name = /[^\s/>]*/y;
      name.lastIndex = at + 1;
      const found = name.exec(text)?.[0] ?? "";
      if (wanted.has(found)) yield { name: found, attributes: attributesOf(text.slice(at + 1 + found.length, end)) };
      at = end + 1;
    }
  }
}

function behind(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw new Error(`\`${mark}\` is missing`);
  return at + mark.length;
}

/** Where the tag closes; a `>` in quotes does not close it. */
function tagEnd(text: string, from: number): number {
  let quote = "";
  for (let at = from; at < text.length && at - from < MAX_TAG_CHARS; at++) {
    const char = text[at] as string;
    if (quote !== "") {
      if (char === quote) quote = "";
    } else if (char === '"' || char === "'") quote = char;
    else if (char === ">") return at;
  }
  throw new Error("a tag is too long or not closed");
}

function attributesOf(text: string): Map<string, string> {
  const attributes = new Map<string, string>();
  for (let at = 0; at < text.length; at++) {
    ATTRIBUTE.lastIndex = at;
    const found = /[A-Za-z_:]/.test(text[at] as string) ? ATTRIBUTE.exec(text) : null;
    if (found === null) continue;
    attributes.set(found[1] as string, resolved(found[2] ?? found[3] ?? ""));
    at = ATTRIBUTE.lastIndex - 1;
  }
  return attributes;
}

const resolved = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string] as string;
    const code = decimal === undefined ? Number.parseInt(hex as string, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
