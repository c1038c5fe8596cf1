import { XmlReader } from "@zerotrace/core/xml";
import { createDecipheriv, createPrivateKey, type KeyObject, privateDecrypt } from "node:crypto";

const LIMITS = { maxDepth: 24, maxTagChars: 16 * 1024, maxTags: 200 };
/** The element and all within; a response has one assertion, so there is one of these. */
const ENCRYPTED = /<((?:[\w.-]+:)?)EncryptedAssertion\b[^>]*>[^]*?<\/\1EncryptedAssertion\s*>/g;
/** Keys for several receivers, of which one is ours (count). */
const KEYS_MAX = 4;
const ENC = "http://www.w3.org/2001/04/xmlenc#";
const ENC11 = "http://www.w3.org/2009/xmlenc11#";

interface Content {
  readonly cipher: "aes-128-cbc" | "aes-192-cbc" | "aes-256-cbc" | "aes-128-gcm" | "aes-192-gcm" | "aes-256-gcm";
  readonly ivBytes: number;
  readonly tagBytes: number;
}
const cbc = (bits: 128 | 192 | 256): Content => ({ cipher: `aes-${bits}-cbc`, ivBytes: 16, tagBytes: 0 });
const gcm = (bits: 128 | 192 | 256): Content => ({ cipher: `aes-${bits}-gcm`, ivBytes: 12, tagBytes: 16 });
/** How an assertion may be encrypted. Triple DES is none of these. */
const CONTENT: Readonly<Record<string, Content>> = {
  [`${ENC}aes128-cbc`]: cbc(128),
  [`${ENC}aes192-cbc`]: cbc(192),
  [`${ENC}aes256-cbc`]: cbc(256),
  [`${ENC11}aes128-gcm`]: gcm(128),
  [`${ENC11}aes192-gcm`]: gcm(192),
  [`${ENC11}aes256-gcm`]: gcm(256),
};
const DIGESTS: Readonly<Record<string, string>> = {
  "http://www.w3.org/2000/09/xmldsig#sha1": "sha1",
  [`${ENC}sha256`]: "sha256",
  [`${ENC}sha512`]: "sha512",
};
const MASKS: Readonly<Record<string, string>> = {
  [`${ENC11}mgf1sha1`]: "sha1",
  [`${ENC11}mgf1sha256`]: "sha256",
  [`${ENC11}mgf1sha512`]: "sha512",
};

interface SealedKey {
  method: string;
  digest: string;
  mask: string;
  value: string;
}
interface Sealed {
  method: string;
  value: string;
  readonly keys: SealedKey[];
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** What an `EncryptedAssertion` says: how it is encrypted, and the keys beside or within. */
const read = (xml: string): Sealed => {
  const sealed: Sealed = { method: "", value: "", keys: [] };
  const path: string[] = [];
  const key = (): SealedKey | undefined => (path.includes("EncryptedKey") ? sealed.keys.at(-1) : undefined);
  const reader = new XmlReader(
    {
      open: (name, attributes) => {
        const local = localName(name);
        path.push(local);
        const algorithm = attributes.get("Algorithm") ?? "";
        if (local === "EncryptedKey") sealed.keys.push({ method: "", digest: "", mask: "", value: "" });
        if (local === "EncryptionMethod") (key() ?? sealed).method = algorithm;
        const within = key();
        if (within !== undefined && local === "DigestMethod") within.digest = algorithm;
        if (within !== undefined && local === "MGF") within.mask = algorithm;
      },
      text: (text) => {
        if (path.at(-1) === "CipherValue") (key() ?? sealed).value += text.replaceAll(/\s+/g, "");
      },
      close: () => void path.pop(),
    },
    LIMITS,
  );
  reader.push(xml);
  reader.finish();
  return sealed;
};

/** The hash of OAEP: padding and mask have the same, or we cannot open it. Throws Error. */
const hashOf = ({ method, digest, mask }: SealedKey): string => {
  const hash = digest === "" ? "sha1" : DIGESTS[digest];
  if (method === `${ENC}rsa-oaep-mgf1p` && hash === "sha1") return hash;
  if (method === `${ENC11}rsa-oaep` && hash !== undefined && (mask === "" ? "sha1" : MASKS[mask]) === hash) return hash;
  throw new Error(`its key is encrypted by ${method || "nothing that is named"}: have the provider use RSA-OAEP`);
};

const contentKey = (sealed: SealedKey, key: KeyObject): Buffer =>
  privateDecrypt({ key, oaepHash: hashOf(sealed) }, Buffer.from(sealed.value, "base64"));

const opened = ({ method, value }: Sealed, key: Buffer): string => {
  const content = CONTENT[method];
  if (content === undefined)
    throw new Error(`it is encrypted by ${method || "nothing that is named"}: have the provider use AES`);
  const { cipher, ivBytes, tagBytes } = content;
  const bytes = Buffer.from(value, "base64");
  const [iv, tag] = [bytes.subarray(0, ivBytes), bytes.subarray(bytes.length - tagBytes)];
  const text = bytes.subarray(ivBytes, bytes.length - tagBytes);
  // oxlint-disable-next-line typescript/no-explicit-any -- the types tell GCM's from other ciphers, and this may be either
  const decipher = createDecipheriv(cipher as any, key, iv);
  if (tagBytes > 0) (decipher as unknown as { setAuthTag(tag: Buffer): void }).setAuthTag(tag);
  // XML Encryption fills up with any bytes; the last says how many
  else decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(text), decipher.final()]);
  if (tagBytes > 0) return plain.toString("utf8");
  const filled = plain.at(-1) ?? 0;
  if (filled < 1 || filled > ivBytes) throw new Error("it does not open");
  return plain.subarray(0, plain.length - filled).toString("utf8");
};

const tryEach = <A, B>(all: readonly A[], one: (given: A) => B): B => {
  let last: unknown = new Error("it is encrypted, and there is no key for it here");
  for (const given of all) {
    try {
      return one(given);
    } catch (error) {
      last = error;
    }
  }
  throw last;
};

/**
 * A response with its encrypted assertion in the open, by one of these keys (PEM); one without comes back as it is. Whether what was
 * in it is right, nobody knows by that: its signature is verified afterwards. Throws Error.
 */
export const withDecrypted = (xml: string, keys: readonly string[]): string => {
  const [found, ...more] = xml.match(ENCRYPTED) ?? [];
  if (found === undefined) return xml;
  if (more.length > 0) throw new Error("the response has several encrypted assertions");
  const sealed = read(found);
  const assertion = tryEach(keys, (pem) => {
    const own = createPrivateKey(pem);
    return tryEach(sealed.keys.slice(0, KEYS_MAX), (one) => opened(sealed, contentKey(one, own)));
  });
  return xml.replace(ENCRYPTED, () => assertion.replace(/^\s*<\?xml[^>]*\?>/, ""));
};
