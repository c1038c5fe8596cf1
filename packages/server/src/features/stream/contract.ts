import { z } from "zod";

/** Channels of the WebSocket at `/api/v1/stream`. */
export const CHANNELS = [
  "scan_update",
  "finding_alert",
  "asset_update",
  "feed_update",
  "upload_update",
  "work_update",
  "fix_update",
] as const;
export type Channel = (typeof CHANNELS)[number];

export const STREAM_PATH = "/api/v1/stream";

/** The protocol of the WebSocket, and what stands before a token beside it: a page's script can send a token in no other way. */
export const STREAM_PROTOCOL = "zerotrace";
export const TOKEN_PROTOCOL = "bearer.";

/** Where a client stands in the stream of its company. It means something to the server alone. */
const cursor = z.string().regex(/^\d{1,16}$/);

/** What a client sends. `after`: first what it missed on these channels since that cursor. */
export const clientMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("subscribe"),
    channels: z.array(z.enum(CHANNELS)).max(CHANNELS.length),
    after: cursor.optional(),
  }),
  z.object({ type: z.literal("unsubscribe"), channels: z.array(z.enum(CHANNELS)).max(CHANNELS.length) }),
  z.object({ type: z.literal("ping") }),
]);

/**
 * What the server sends: ids only; the client fetches what it shows. `coalesced` counts events merged into this one. Whoever has
 * heard a message with a `cursor` and everything before stands there.
 */
export const serverMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("hello"), companyId: z.number().int(), heartbeatSeconds: z.number() }),
  z.object({ type: z.literal("subscribed"), channels: z.array(z.enum(CHANNELS)), cursor }),
  /** What was missed cannot be told: fetch everything again. */
  z.object({ type: z.literal("reset"), cursor }),
  z.object({ type: z.literal("pong"), cursor }),
  z.object({ type: z.literal("error"), code: z.string(), detail: z.string() }),
  z.object({
    type: z.literal("event"),
    channel: z.enum(CHANNELS),
    at: z.string(),
    /** `finding_alert`: finding ids; `asset_update`: asset ids; `scan_update`: asset ids; `feed_update`: empty; `upload_update`: upload ids; `work_update`: finding ids. */
    ids: z.array(z.string()).max(100),
    /** How many things changed in all, which may be more than `ids`. */
    count: z.number().int(),
    coalesced: z.number().int(),
    summary: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    cursor,
  }),
]);
export type ServerMessage = z.infer<typeof serverMessage>;

/** Close codes: 4401 no credential, 4408 no answer to heartbeats, 4413 message too large or malformed, 4429 too slow. */
export const CLOSE = { unauthenticated: 4401, silent: 4408, malformed: 4413, tooSlow: 4429 } as const;
