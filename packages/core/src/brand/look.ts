import type { Brand } from "./brand.ts";

/** A company that says nothing of its looks. */
export const NO_BRAND: Brand = { name: null, accent: null, logo: null };

type Rgb = readonly [number, number, number];

const rgbOf = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as never;
const hexOf = (rgb: Rgb): string => `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;

/** WCAG 2.2, relative luminance. */
const luminance = (rgb: Rgb): number => {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

/** WCAG 2.2, contrast ratio of two `#rrggbb` colors: 1 to 21. */
export const contrast = (one: string, other: string): number => {
  const [a, b] = [luminance(rgbOf(one)), luminance(rgbOf(other))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};

/** What text needs on a ground (WCAG 2.2, 1.4.3), with a little room for panels that are lighter than the page. */
const READABLE = 5;
const STEPS = 40;

/**
 * A color as it can be read on a ground: itself where it can, else mixed with white or black, as little as is needed. With the
 * color of text that stands on it.
 */
export const readableOn = (color: string, ground: string): { accent: string; onAccent: string } => {
  const towards: Rgb = luminance(rgbOf(ground)) < 0.18 ? [255, 255, 255] : [0, 0, 0];
  const own = rgbOf(color);
  const mixed = (step: number): string =>
    hexOf(own.map((part, i) => part + ((towards[i as 0] - part) * step) / STEPS) as unknown as Rgb);
  let step = 0;
  while (step < STEPS && contrast(mixed(step), ground) < READABLE) step += 1;
  const accent = mixed(step);
  return { accent, onAccent: contrast(accent, "#000000") >= contrast(accent, "#ffffff") ? "#000000" : "#ffffff" };
};
