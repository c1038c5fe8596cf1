import type { Cli } from "./cli.ts";
import { createProgress } from "./output/progress.ts";

interface Page<Row> {
  readonly rows: Row[];
  readonly next: string | null;
  readonly count: number;
  /** False where the server stopped counting: there are at least `count`. */
  readonly countIsExact: boolean;
}

/** Rows of one request (count); the server's own bound. */
const PAGE_ROWS_MAX = 500;

/** Who waits longer is told how far it is, in ms. */
const QUIET_MS = 2_000;

/** Follows a list page by page until `limit` rows are there; where `cli` is given, says how far it is when that takes long. */
export const pagesOf = async <Row>(
  get: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
  limit: number,
  cli?: Pick<Cli, "err">,
  clock: () => number = () => performance.now(),
): Promise<{ rows: Row[]; count: number; countIsExact: boolean }> => {
  const rows: Row[] = [];
  const view = cli && createProgress(cli.err, clock);
  const startedMs = clock();
  let cursor: string | undefined;
  try {
    for (;;) {
      const page = await get({ limit: Math.min(PAGE_ROWS_MAX, limit - rows.length), cursor });
      for (const row of page.rows) rows.push(row);
      if (page.next === null || rows.length >= limit) {
        return { rows, count: page.count, countIsExact: page.countIsExact };
      }
      cursor = page.next;
      const wanted = page.countIsExact ? Math.min(limit, page.count) : limit;
      const message = `${rows.length.toLocaleString("en-US")} of ${wanted.toLocaleString("en-US")} rows`;
      if (clock() - startedMs > QUIET_MS) view?.update("rows", message);
    }
  } finally {
    view?.close();
  }
};
