import { readStored, writeStored } from "../ui/stored.ts";

/** The themes: the same tokens with other values. */
export const THEMES = ["dark", "light", "contrast"] as const;
export type Theme = (typeof THEMES)[number];

/** The theme that this browser chose, else what the system asks for; dark by default. */
export const storedTheme = (): Theme => {
  const stored = readStored("theme");
  const known = THEMES.find((t) => t === stored);
  if (known) return known;
  return window.matchMedia("(prefers-contrast: more)").matches ? "contrast" : "dark";
};

const painters = new Set<() => void>();

export const applyTheme = (theme: Theme): void => {
  document.documentElement.dataset["theme"] = theme;
  for (const paint of painters) paint();
};

/** Calls `paint` after each change of the theme, until the function that comes back is called. */
export const onTheme = (paint: () => void): (() => void) => {
  painters.add(paint);
  return () => void painters.delete(paint);
};

/** Applies the theme and remembers it in this browser. */
export const chooseTheme = (theme: Theme): void => {
  writeStored("theme", theme);
  applyTheme(theme);
};
