import { useCallback, useEffect, useRef, useState } from "react";
import type { Finding } from "../../api.ts";
import { useWaiting } from "../../ui/waiting.tsx";

const NONE: ReadonlySet<string> = new Set();

/**
 * What the stream brings to an open list: it is only counted (`waiting`) until `show`, unless the list is empty. `arrived` holds the ids
 * that were not there before; `view` names the filter and order, so that a change of those is no arrival.
 */
export const useArrivals = (rows: readonly Finding[], view: string, refresh: () => Promise<void>) => {
  const { waiting, clear } = useWaiting("findings", view, ({ channel }) => channel === "finding_alert");
  const [arrived, setArrived] = useState(NONE);
  const known = useRef<{ view: string; ids: ReadonlySet<string> }>({ view: "", ids: NONE });
  const announced = useRef(false);

  const show = useCallback(() => {
    clear();
    announced.current = true;
    window.scrollTo({ top: 0 });
    void refresh();
  }, [clear, refresh]);

  useEffect(() => {
    // no row can move
    if (rows.length === 0 && waiting > 0) show();
  }, [rows.length, waiting, show]);

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
