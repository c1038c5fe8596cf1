import { createContext, use } from "react";
import type { LiveStream } from "./live.ts";
import { say } from "./ui/texts.ts";

export const LiveContext = createContext<LiveStream | null>(null);

/** The page's connection to the stream. Throws outside of `LiveContext`. */
export const useLive = (): LiveStream => {
  const live = use(LiveContext);
  if (!live) throw new Error(say("useLive needs LiveContext above it"));
  return live;
};
