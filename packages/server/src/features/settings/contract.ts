import { brand } from "@zerotrace/core/brand/brand";
import { companySettings, companySettingsChange, route } from "@zerotrace/core/schema";
import { z } from "zod";

const answer = z.object({
  /** The values in force. */
  values: companySettings,
  /** Those that the company chose itself. */
  chosen: z.array(z.object({ name: z.string(), changedAt: z.string(), changedBy: z.string() })),
  /** The most days that the operator keeps anything. */
  most: z.object({ inventoryDays: z.number().int(), auditDays: z.number().int() }),
});

export const getSettings = route({
  method: "GET",
  path: "/api/v1/settings",
  summary: "What the company decides for itself: sessions, sign-in, retention, approvals",
  permission: "config:modify",
  answer,
});

export const putSettings = route({
  method: "PUT",
  path: "/api/v1/settings",
  summary: "Change some settings of the company; null goes back to what is used where none was chosen",
  permission: "config:modify",
  body: companySettingsChange,
  answer,
});

const BRAND_BODY_BYTES = 128 * 1024;

export const getBrand = route({
  method: "GET",
  path: "/api/v1/brand",
  summary: "The name, color and logo that the company's dashboard shows; null where it looks as usual",
  permission: "signed-in",
  answer: brand,
});

export const putBrand = route({
  method: "PUT",
  path: "/api/v1/brand",
  summary: "Choose the name, color or logo that the company's dashboard shows; null goes back to the usual one",
  permission: "config:modify",
  bodyLimitBytes: BRAND_BODY_BYTES,
  body: brand.partial(),
  answer: brand,
});

export const renewDataKey = route({
  method: "POST",
  path: "/api/v1/settings/data-key",
  summary:
    "Make a new key for the company's secrets; those that are sealed under an older one are sealed anew by a job",
  permission: "config:modify",
  status: 201,
  answer: z.object({ keyId: z.string() }),
});

export const routes = { getSettings, putSettings, getBrand, putBrand, renewDataKey };
