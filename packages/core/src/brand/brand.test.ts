import fc from "fast-check";
import { expect, test } from "vitest";
import { brand, contrast, NO_BRAND, readableOn } from "./brand.ts";

const color = fc.integer({ min: 0, max: 0xff_ff_ff }).map((n) => `#${n.toString(16).padStart(6, "0")}`);

test("contrast is that of WCAG: black on white 21, a color on itself 1", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#3ddc97", "#3ddc97")).toBe(1);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});

test("any color a company chooses can be read on the page of every theme, and text can be read on it", () => {
  fc.assert(
    fc.property(color, fc.constantFrom("#0b0e10", "#f6f7f7", "#000000", "#ffffff"), (chosen, page) => {
      const { accent, onAccent } = readableOn(chosen, page);
      expect(contrast(accent, page)).toBeGreaterThanOrEqual(4.9);
      expect(contrast(accent, onAccent)).toBeGreaterThanOrEqual(4.5);
    }),
  );
});

test("a color that can be read stays as it was chosen", () => {
  expect(readableOn("#3ddc97", "#0b0e10").accent).toBe("#3ddc97");
});

test("a logo is a small PNG, JPEG or WebP that is what it says; a picture with scripts is none", () => {
  const says = (logo: string): boolean => brand.safeParse({ ...NO_BRAND, logo }).success;
  expect(says("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==")).toBe(true);
  expect(says("data:image/jpeg;base64,/9j/4AAQSkZJRg==")).toBe(true);
  expect(says("data:image/svg+xml;base64,PHN2Zz4=")).toBe(false);
  expect(says("data:image/png;base64,PHN2Zz4=")).toBe(false);
  expect(says("https://example.com/logo.png")).toBe(false);
  expect(says(`data:image/png;base64,iVBORw0KGgo${"A".repeat(100_000)}`)).toBe(false);
});
