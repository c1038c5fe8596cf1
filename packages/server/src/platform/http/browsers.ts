import fastifyCors from "@fastify/cors";
import type { FastifyInstance } from "fastify";

const PREFLIGHT_SECONDS = 600;
const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Lets scripts of these origins call with a token that they hold. A session's cookie is never theirs: it is SameSite=Strict, no
 * answer allows credentials, and a write by a cookie needs our own origin.
 */
export const allowOrigins = async (app: FastifyInstance, origins: readonly string[]): Promise<void> => {
  if (origins.length === 0) return;
  await app.register(fastifyCors, {
    origin: [...origins],
    credentials: false,
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "x-correlation-id", "x-zerotrace-company"],
    exposedHeaders: ["content-disposition", "etag", "ratelimit", "ratelimit-policy", "retry-after", "x-correlation-id"],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  });
};

/** Tells browsers that came by https to come by nothing else for a year. Over plain http it would be ignored, and is not sent. */
export const sayHttpsOnly = (app: FastifyInstance): void => {
  app.addHook("onRequest", async (request, answer) => {
    if (request.protocol === "https") answer.header("strict-transport-security", `max-age=${ONE_YEAR_SECONDS}`);
  });
};
