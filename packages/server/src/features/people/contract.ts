import { route } from "@zerotrace/core/schema";
import { z } from "zod";
import { session } from "../sessions/contract.ts";

/** An email address as it is stored: in small letters. */
export const email = z
  .string()
  .trim()
  .max(254)
  .transform((text) => text.toLowerCase())
  .pipe(z.email());

export const signInByPassword = route({
  method: "POST",
  path: "/api/v1/sign-in",
  summary: "Sign in by email and password: a session cookie (201), or a ticket for the second factor (200)",
  permission: "public",
  status: 201,
  body: z.object({
    email: z
      .string()
      .max(254)
      .transform((text) => text.trim().toLowerCase()),
    password: z.string().min(1).max(256),
    /** The company to sign in to; the last used one unless said. */
    companyId: z.number().int().positive().optional(),
  }),
  answer: z.union([
    session,
    z.object({
      next: z.literal("second_factor"),
      /** Good for 5 minutes and 5 tries. */
      ticket: z.string(),
      factors: z.array(z.string()),
      expiresAt: z.string(),
    }),
  ]),
});

export const switchCompany = route({
  method: "POST",
  path: "/api/v1/session/company",
  summary: "Exchange a session of a password or passkey for one in another company of the person",
  permission: "signed-in",
  status: 201,
  body: z.object({ companyId: z.number().int().positive() }),
  answer: session,
});

export const routes = { signInByPassword, switchCompany };
