import { AppError } from "@zerotrace/core";
import { promisify } from "node:util";
import { gunzip, zstdDecompress } from "node:zlib";
import { mayBeUnstorable, refuseUnstorable } from "./text.ts";

/** Deepest nesting of a JSON body. */
export const JSON_DEPTH_MAX = 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Whether JSON text nests deeper than `limit`; one pass over the bytes, before anything is parsed. */
export const nestsDeeper = (bytes: Uint8Array, limit: number): boolean => {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i] as number;
    if (quoted) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (byte > 0x5a) {
      if (OPEN.has(byte)) {
        depth += 1;
        if (depth > limit) return true;
      } else if (CLOSE.has(byte)) depth -= 1;
    }
  }
  return false;
};

const inflaters = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) };

/** The body as it was before it was compressed. Throws when it is not that, or larger than `limitBytes`. */
export const inflate = async (
  bytes: Buffer,
  encoding: string | undefined,
  limitBytes: number | null,
): Promise<Buffer> => {
  if (encoding === undefined || encoding === "identity") return bytes;
  if (limitBytes === null || !(encoding === "zstd" || encoding === "gzip")) {
    const taken = limitBytes === null ? "no compression" : "zstd and gzip";
    throw new AppError("UNSUPPORTED_MEDIA_TYPE", `This address takes ${taken}: send the body so.`, {
      field: "content-encoding",
    });
  }
  try {
    return await inflaters[encoding](bytes, { maxOutputLength: limitBytes });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new AppError(
        "PAYLOAD_TOO_LARGE",
        `The body inflates to more than ${limitBytes} bytes: send less at once.`,
        {
          cause,
        },
      );
    }
    throw new AppError("BAD_REQUEST", `The body is not valid ${encoding}: send it whole and uncorrupted.`, {
      field: "body",
      cause,
    });
  }
};

const bad = (detail: string, cause?: unknown) => new AppError("BAD_REQUEST", detail, { field: "body", cause });

/** Refuses own properties that would reach an object's prototype. */
const guard = (key: string, value: unknown): unknown => {
  if (key === "__proto__") throw bad("The body holds the key __proto__: leave it out.");
  if (key === "constructor" && typeof value === "object" && value !== null && Object.hasOwn(value, "prototype")) {
    throw bad("The body holds the key constructor.prototype: leave it out.");
  }
  return value;
};
// a reviver costs several times the parse itself: only a text that could name these keys gets it
const SUSPECT = /__proto__|constructor|\\u00/;

/** The value of a JSON body; undefined for an empty one. Throws BAD_REQUEST for what is not JSON, too deep, poisoned or not storable. */
export const parseJson = (bytes: Buffer): unknown => {
  if (bytes.length === 0) return undefined;
  if (nestsDeeper(bytes, JSON_DEPTH_MAX)) {
    throw bad(`The body nests deeper than ${JSON_DEPTH_MAX} levels: flatten it.`);
  }
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw bad("The body is not UTF-8: encode it so.", cause);
  }
  try {
    const value: unknown = SUSPECT.test(text) ? JSON.parse(text, guard) : JSON.parse(text);
    if (mayBeUnstorable(text)) refuseUnstorable(value, "body");
    return value;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw bad("The body is not JSON: check its syntax.", cause);
  }
};

/** Fields of a form. */
const FIELDS_MAX = 32;

/** The fields of a form as texts. Throws BAD_REQUEST for a name that comes twice, too many fields and what is not storable. */
export const parseForm = (bytes: Buffer): Record<string, string> => {
  const fields = [...new URLSearchParams(bytes.toString("utf8"))];
  const form: Record<string, string> = Object.assign(Object.create(null), Object.fromEntries(fields));
  if (fields.length > FIELDS_MAX || Object.keys(form).length !== fields.length) {
    throw bad(`A form has each field once, and at most ${FIELDS_MAX}.`);
  }
  refuseUnstorable(form, "body");
  return form;
};
