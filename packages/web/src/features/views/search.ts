import { assetsWords, type SavedView, type Sort } from "../../api.ts";
import type { AssetsSearch, FindingsSearch, FindingsView } from "../../routes.tsx";

/** What of a list a view keeps. */
export type Shown = Pick<SavedView, "noun" | "query" | "sort" | "view" | "columns">;

const orNone = (text: string): string | undefined => (text === "" ? undefined : text);

/** The address of a view: its page with everything that it says. */
export const addressOf = (view: Shown) => {
  const columns = orNone(view.columns.join(","));
  if (view.noun === "findings") {
    const search: FindingsSearch = {
      query: orNone(view.query),
      sort: orNone(view.sort) as Sort | undefined,
      view: orNone(view.view) as FindingsView | undefined,
      columns,
    };
    return { to: "/findings", search } as const;
  }
  if (view.noun === "components") return { to: "/components", search: { q: orNone(view.query) } } as const;
  const { q, label } = assetsWords(view.query);
  const search: AssetsSearch = { q: orNone(q), label, sort: orNone(view.sort) as AssetsSearch["sort"], columns };
  return { to: "/assets", search } as const;
};

/** Whether a list shows what a view says. */
export const isShown = (view: Shown, shown: Shown): boolean =>
  view.noun === shown.noun &&
  view.query === shown.query &&
  view.sort === shown.sort &&
  view.view === shown.view &&
  (view.columns.length === 0 || view.columns.join(",") === shown.columns.join(","));
