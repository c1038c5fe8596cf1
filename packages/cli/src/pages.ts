interface Page<Row> {
  readonly rows: Row[];
  readonly next: string | null;
  readonly count: number;
  /** False where the server stopped counting: there are at least `count`. */
  readonly countIsExact: boolean;
}

/** Rows of one request (count); the server's own bound. */
const PAGE_ROWS_MAX = 500;

/** Follows a list page by page until `limit` rows are there. */
export const pagesOf = async <Row>(
  get: (page: { limit: number; cursor?: string }) => Promise<Page<Row>>,
  limit: number,
): Promise<{ rows: Row[]; count: number; countIsExact: boolean }> => {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await get({ limit: Math.min(PAGE_ROWS_MAX, limit - rows.length), cursor });
    rows.push(...page.rows);
    if (page.next === null || rows.length >= limit) {
      return { rows, count: page.count, countIsExact: page.countIsExact };
    }
    cursor = page.next;
  }
};
