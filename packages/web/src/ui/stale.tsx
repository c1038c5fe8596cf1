import { useEffect, useState } from "react";
import { useLive } from "../live-context.ts";
import { useConnection } from "../live.ts";
import { clock, duration } from "./format.ts";
import { useNow } from "./hooks.ts";
import { say } from "./texts.ts";

/** A break that is over before this, in ms, is not worth a word. */
const GRACE_MS = 3_000;

/** When the page's data stopped to be kept current, in epoch ms; null while it is, and for breaks of a moment. */
export const useStaleSince = (): number | null => {
  const { lostAtMs } = useConnection(useLive());
  const [passed, setPassed] = useState<number | null>(null);
  useEffect(() => {
    if (lostAtMs === null) return undefined;
    const timer = setTimeout(() => setPassed(lostAtMs), Math.max(0, lostAtMs + GRACE_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [lostAtMs]);
  return passed === lostAtMs ? lostAtMs : null;
};

/** Says that what the page shows is as old as the last connection; lies over the page's foot and moves nothing. */
export const StaleMark = () => {
  const since = useStaleSince();
  const now = useNow();
  return (
    <output className="pointer-events-none fixed inset-x-0 bottom-8 z-10 grid justify-items-center">
      {since !== null && (
        <p className="border border-b-0 border-warn bg-panel px-3 py-1 text-sm text-warn">
          {say("As of {time}: the connection was lost {length} ago.", {
            time: clock(since),
            length: duration(Math.max(0, now - since)),
          })}
        </p>
      )}
    </output>
  );
};
