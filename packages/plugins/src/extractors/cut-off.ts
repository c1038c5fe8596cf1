/**
 * Where a text ends in the middle of its last line: that line without the space around it; null where the line has its end, as it has in
 * every file that a tool wrote whole. Alone it proves nothing, for editors leave the end out too.
 */
export const openLineOf = (text: string): string | null => {
  const line = text.slice(text.lastIndexOf("\n") + 1).trim();
  return line === "" ? null : line;
};

/** Whether a quotation in the line has no end. */
export const isQuoteOpen = (line: string): boolean => line.split('"').length % 2 === 0;

/** Characters of a digest in base64, with its padding. */
const BASE64_CHARS: Readonly<Record<string, number>> = { md5: 24, sha1: 28, sha256: 44, sha384: 64, sha512: 88 };
const HEX_CHARS: Readonly<Record<string, number>> = {
  md5: 32,
  sha1: 40,
  sha224: 56,
  sha256: 64,
  sha384: 96,
  sha512: 128,
};

/** Whether the line ends in a digest (`sha512-…`) that is shorter than such digests are. */
export const isDigestOpen = (line: string): boolean => {
  const [, kind = "", digest = ""] = /(?:^|[\s"])(md5|sha1|sha256|sha384|sha512)-([A-Za-z0-9+/=]*)$/.exec(line) ?? [];
  return kind !== "" && digest.length < BASE64_CHARS[kind]!;
};

/** Whether the line ends in a digest as Python's tools write it (`sha256:…`) that is shorter than such digests are. */
export const isHexDigestOpen = (line: string): boolean => {
  const [, kind = "", digest = ""] = /--hash=(md5|sha1|sha224|sha256|sha384|sha512):([0-9a-f]*)$/.exec(line) ?? [];
  return kind !== "" && digest.length < HEX_CHARS[kind]!;
};
