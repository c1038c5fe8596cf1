import { useQuery } from "@tanstack/react-query";
import type { Brand } from "@zerotrace/core/brand/brand";
import { NO_BRAND, readableOn } from "@zerotrace/core/brand/look";
import { useEffect } from "react";
import { queries } from "../api.ts";
import { onTheme } from "../theme/theme.ts";

/** What the company's dashboard is called, its color and logo; the usual ones while that is not known. */
export const useBrand = (): Brand => useQuery(queries.brand()).data ?? NO_BRAND;

/** Paints the accent of the page in the company's color, as light or dark as the theme needs it. */
export const useBrandColor = ({ accent }: Pick<Brand, "accent">): void => {
  useEffect(() => {
    const { style } = document.documentElement;
    const paint = (): void => {
      style.removeProperty("--accent");
      style.removeProperty("--on-accent");
      if (accent === null) return;
      const page = getComputedStyle(document.documentElement).getPropertyValue("--page").trim();
      const readable = readableOn(accent, page);
      style.setProperty("--accent", readable.accent);
      style.setProperty("--on-accent", readable.onAccent);
    };
    paint();
    return onTheme(paint);
  }, [accent]);
};
