import { z } from "zod";

/** Bytes of a logo at most. */
export const LOGO_BYTES_MAX = 64 * 1024;
/** Letters of a data URL that holds a logo of that size. */
const LOGO_CHARS_MAX = Math.ceil((LOGO_BYTES_MAX * 4) / 3) + 64;
export const BRAND_NAME_MAX = 40;

/** How the pictures begin that a logo may be: in base64, whose first letters stand for the first bytes. */
const PICTURES = { "image/png": "iVBORw0KGgo", "image/jpeg": "/9j/", "image/webp": "UklGR" } as const;

/** A picture as a data URL of PNG, JPEG or WebP that is what it says: no SVG, which may hold scripts. */
const isPicture = (url: string): boolean => {
  const [, type, data] = /^data:(image\/(?:png|jpeg|webp));base64,([A-Za-z0-9+/]+={0,2})$/.exec(url) ?? [];
  return type !== undefined && data !== undefined && data.startsWith(PICTURES[type as keyof typeof PICTURES]);
};

/** How a company's own dashboard looks; null where it looks as usual. */
export const brand = z.object({
  name: z.string().trim().min(1).max(BRAND_NAME_MAX).nullable(),
  /** `#rrggbb`; each theme makes it as light or dark as it must be to be read. */
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/, "must be a color such as #3ddc97")
    .nullable(),
  logo: z
    .string()
    .max(LOGO_CHARS_MAX, `must be at most ${LOGO_BYTES_MAX / 1024} KiB`)
    .refine(isPicture, "must be a PNG, JPEG or WebP picture as a data URL")
    .nullable(),
});
export type Brand = z.infer<typeof brand>;

export { contrast, NO_BRAND, readableOn } from "./look.ts";
