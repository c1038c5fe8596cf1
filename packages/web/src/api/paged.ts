import { infiniteQueryOptions } from "@tanstack/react-query";

/** Rows fetched at a time by the lists. */
export const PAGE_ROWS = 100;

/** How often what moves is asked for again, in ms: while it moves, and else. */
export const SYNCING_POLL_MS = 1_000;
export const POLL_MS = 30_000;

/** A page of rows as every list answers it. */
interface Page<Row> {
  rows: Row[];
  next: string | null;
  count: number;
  countIsExact: boolean;
}

/** A list that is asked for page by page. */
export const pages = <Row>(key: readonly unknown[], fetchPage: (cursor: string | undefined) => Promise<Page<Row>>) =>
  infiniteQueryOptions({
    queryKey: key,
    queryFn: ({ pageParam }) => fetchPage(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<Row>) => last.next ?? undefined,
  });
