import { useCallback, useEffect, useRef, useState } from "react";
import { useLive } from "../../live-context.ts";
import type { Finding } from "../../api.ts";

/** Below this scroll position, in pixels, the reader is at the top and rows may come in by themselves. */
const AT_TOP_PX = 40;
const DEBOUNCE_MS = 400;
const NONE: ReadonlySet<string> = new Set();

/**
 * What the stream brings to an open list. At the top the list is fetched again; further down it is only counted
 * (`waiting`) until `show`. `arrived` holds the ids that were not there before; `view` names the filter and order, so that
 * a change of those is no arrival.
 */
export const useArrivals = (rows: readonly Finding[], view: string, refresh: () => Promise<void>) => {
  const live = useLive();
  const [waiting, setWaiting] = useState(0);
  const [arrived, setArrived] = useState(NONE);
  const known = useRef<{ view: string; ids: ReadonlySet<string> }>({ view: "", ids: NONE });
  const announced = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const show = useCallback(() => {
    setWaiting(0);
    announced.current = true;
    window.scrollTo({ top: 0 });
    void refresh();
  }, [refresh]);

  useEffect(() => {
    const end = live.readFindings((event) => {
      if (window.scrollY > AT_TOP_PX) {
        setWaiting((n) => n + event.count);
        return;
      }
      clearTimeout(timer.current);
      timer.current = setTimeout(show, DEBOUNCE_MS);
    });
    return () => {
      end();
      clearTimeout(timer.current);
    };
  }, [live, show]);

  useEffect(() => {
    if (rows.length === 0 && !announced.current) return;
    const ids = new Set(rows.map((r) => r.id));
    if (announced.current && known.current.view === view && rows.length > 0) {
      setArrived(new Set([...ids].filter((id) => !known.current.ids.has(id))));
      announced.current = false;
    }
    if (rows.length > 0) known.current = { view, ids };
  }, [rows, view]);

  return { waiting, arrived, show };
};
