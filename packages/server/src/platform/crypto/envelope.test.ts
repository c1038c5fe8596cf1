import { AppError } from "@zerotrace/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isSealed, KEY_BYTES, keyIdOf, open, PLAIN_BYTES_MAX, seal } from "./envelope.ts";

const bytes32 = fc.uint8Array({ minLength: KEY_BYTES, maxLength: KEY_BYTES }).map((b) => Buffer.from(b));
const plain = fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b));
const context = fc.tuple(fc.integer({ min: 1 }), fc.string(), fc.string());
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
  return "opened";
};

test("what is sealed opens to the same bytes with the same key and context, and looks different each time", () => {
  fc.assert(
    fc.property(bytes32, plain, context, (bytes, value, where) => {
      const key = { id: "k-1", bytes };
      const sealed = seal(key, value, where);
      expect(isSealed(sealed)).toBe(true);
      expect(keyIdOf(sealed)).toBe("k-1");
      expect(sealed).not.toBe(seal(key, value, where));
      expect(open(sealed, () => bytes, where)).toEqual(value);
    }),
  );
});

test("another key, another company, table or column, and another key id are refused", () => {
  fc.assert(
    fc.property(bytes32, bytes32, plain, context, context, (bytes, other, value, where, elsewhere) => {
      fc.pre(!bytes.equals(other) && JSON.stringify(where) !== JSON.stringify(elsewhere));
      const sealed = seal({ id: "k-1", bytes }, value, where);
      expect(codeOf(() => open(sealed, () => other, where))).toBe("UNSEALABLE");
      expect(codeOf(() => open(sealed, () => bytes, elsewhere))).toBe("UNSEALABLE");
      expect(codeOf(() => open(sealed.replace(":k-1:", ":k-2:"), () => bytes, where))).toBe("UNSEALABLE");
      expect(codeOf(() => open(sealed, () => undefined, where))).toBe("UNSEALABLE");
    }),
  );
});

test("a context is one list and not its words run together", () => {
  const bytes = Buffer.alloc(KEY_BYTES, 7);
  const sealed = seal({ id: "k", bytes }, "x", [1, "ab", "c"]);
  expect(codeOf(() => open(sealed, () => bytes, [1, "a", "bc"]))).toBe("UNSEALABLE");
  expect(codeOf(() => open(sealed, () => bytes, ["1", "ab", "c"]))).toBe("UNSEALABLE");
});

test("a text that is cut at any place, or in which any bit was flipped, is refused", () => {
  fc.assert(
    fc.property(bytes32, plain, context, fc.nat(), fc.nat(7), (bytes, value, where, at, bit) => {
      const sealed = seal({ id: "k-1", bytes }, value, where);
      const cut = sealed.slice(0, at % sealed.length);
      expect(codeOf(() => open(cut, () => bytes, where))).toBe("UNSEALABLE");
      const flipped = Buffer.from(sealed);
      flipped[at % flipped.length] = (flipped[at % flipped.length] as number) ^ (1 << bit);
      expect(codeOf(() => open(flipped.toString("latin1"), () => bytes, where))).toBe("UNSEALABLE");
    }),
    { numRuns: 500 },
  );
});

test("a refusal tells neither the value nor the key", () => {
  const bytes = Buffer.alloc(KEY_BYTES, 9);
  const sealed = seal({ id: "k", bytes }, "hunter2", [1]);
  try {
    open(sealed, () => bytes, [2]);
    expect.unreachable();
  } catch (error) {
    const { message, cause } = error as AppError;
    expect(cause).toBeUndefined();
    expect(message).not.toMatch(/hunter2|CQkJ/);
  }
});

test("a value beyond the limit is not sealed", () => {
  const key = { id: "k", bytes: Buffer.alloc(KEY_BYTES) };
  expect(codeOf(() => seal(key, Buffer.alloc(PLAIN_BYTES_MAX + 1), [1]))).toBe("PAYLOAD_TOO_LARGE");
  const largest = seal(key, Buffer.alloc(PLAIN_BYTES_MAX), [1]);
  expect(open(largest, () => key.bytes, [1])).toHaveLength(PLAIN_BYTES_MAX);
});
