/** Longest comment, in characters. */
export const COMMENT_CHARS_MAX = 10_000;
/** People that one comment tells (count); further names are text. */
export const MENTIONS_MAX = 20;

/** A part of a line. A link's address begins with http:// or https://; a mention's name is as it was written, without `@`. */
export type CommentPart =
  | { readonly kind: "text" | "code"; readonly text: string }
  | { readonly kind: "link"; readonly text: string; readonly url: string }
  | { readonly kind: "mention"; readonly name: string };

/** A paragraph or a block of code. */
export type CommentBlock =
  | { readonly kind: "paragraph"; readonly parts: readonly CommentPart[] }
  | { readonly kind: "code"; readonly text: string };

/** Code, a link with a text, an address, a name: what each match is, is told by its group. All repetitions are bounded. */
const PART =
  /`([^`\n]{1,1000})`|\[([^\][\n]{1,200})\]\((https?:\/\/[^\s()<>"'`]{1,2000})\)|(https?:\/\/[^\s<>"'`]{1,2000})|(?<![\w.@/+-])@([A-Za-z0-9][\w.+-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,189})?)/g;
const TRAILING = /[.,;:!?)\]}'"*_+-]+$/;

const partOf = (match: RegExpExecArray): { part: CommentPart; length: number } => {
  const [whole, code, text, url, bare, name] = match;
  if (code !== undefined) return { part: { kind: "code", text: code }, length: whole.length };
  if (url !== undefined) return { part: { kind: "link", text: text ?? url, url }, length: whole.length };
  // a full stop after an address or a name ends the sentence
  if (bare !== undefined) {
    const address = bare.replace(TRAILING, "");
    return { part: { kind: "link", text: address, url: address }, length: address.length };
  }
  const named = (name ?? "").replace(TRAILING, "");
  return { part: { kind: "mention", name: named }, length: named.length + 1 };
};

const partsOf = (text: string): CommentPart[] => {
  const parts: CommentPart[] = [];
  const pattern = new RegExp(PART);
  let from = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const { part, length } = partOf(match);
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    parts.push(part);
    from = match.index + length;
    pattern.lastIndex = from;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
};

/**
 * Reads a comment: paragraphs with code in backticks, links and `@names`, and blocks of code between lines of three backticks.
 * Everything else is text as it stands, HTML too. Never throws; linear in the length of the text.
 */
export const readComment = (text: string): readonly CommentBlock[] => {
  const blocks: CommentBlock[] = [];
  let lines: string[] = [];
  let isCode = false;
  const flush = (): void => {
    const joined = lines.join("\n");
    lines = [];
    if (isCode) blocks.push({ kind: "code", text: joined });
    else if (joined.trim() !== "") blocks.push({ kind: "paragraph", parts: partsOf(joined) });
  };
  for (const line of text.replaceAll("\r\n", "\n").split("\n")) {
    const isFence = line.startsWith("```");
    if (isFence) {
      flush();
      isCode = !isCode;
    } else if (!isCode && line.trim() === "") flush();
    else lines.push(line);
  }
  if (lines.length > 0) flush();
  return blocks;
};

/** The names that a comment mentions, in small letters, each once, in their order; at most MENTIONS_MAX. */
export const mentionsOf = (text: string): readonly string[] => {
  const names = readComment(text).flatMap((block) =>
    block.kind === "code"
      ? []
      : block.parts.flatMap((part) => (part.kind === "mention" ? [part.name.toLowerCase()] : [])),
  );
  return [...new Set(names)].slice(0, MENTIONS_MAX);
};
