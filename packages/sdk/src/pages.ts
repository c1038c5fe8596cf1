import type { Route } from "@zerotrace/core/schema";
import type { Client } from "./client.ts";
import type { Answer, CallInput, CallOptions } from "./request.ts";

/** A row of a list's answer; never where the answer is no list. */
export type RowOf<A> = A extends { rows: readonly (infer Row)[] }
  ? Row
  : A extends { Resources: readonly (infer Row)[] }
    ? Row
    : never;

type Told = Readonly<Record<string, unknown>>;

/** The rows of a page. */
const rowsOf = (answer: Told): readonly unknown[] =>
  (answer["rows"] ?? answer["Resources"] ?? []) as readonly unknown[];

/** What to ask for the next page; null after the last. Lists page by a cursor, the audit chain by its links, SCIM by numbers. */
const nextOf = (answer: Told): Told | null => {
  if ("next" in answer) return answer["next"] === null ? null : { cursor: answer["next"] };
  const rows = rowsOf(answer);
  if ("isLast" in answer) {
    const last = rows.at(-1) as { seq: number } | undefined;
    return answer["isLast"] === true || last === undefined ? null : { after: last.seq };
  }
  const { startIndex, totalResults } = answer as { startIndex?: number; totalResults?: number };
  if (startIndex === undefined || totalResults === undefined || rows.length === 0) return null;
  const following = startIndex + rows.length;
  return following > totalResults ? null : { startIndex: following };
};

/** The pages of a list, each asked for when it is wanted. */
export async function* pagesOf<R extends Route>(
  call: Client,
  route: R,
  input: CallInput<R> = {},
  options?: CallOptions,
): AsyncGenerator<Answer<R>, void> {
  let more: Told | null = {};
  while (more !== null) {
    const query = { ...(input.query as object | undefined), ...more };
    const asked = Object.keys(query).length === 0 ? input : { ...input, query };
    const answer: Answer<R> = await call(route, asked as CallInput<R>, options);
    yield answer;
    more = nextOf(answer as Told);
  }
}

/** The rows of a list over all its pages. */
export async function* rowsIn<R extends Route>(
  call: Client,
  route: R,
  input?: CallInput<R>,
  options?: CallOptions,
): AsyncGenerator<RowOf<Answer<R>>, void> {
  for await (const page of pagesOf(call, route, input, options)) {
    yield* rowsOf(page as Told) as readonly RowOf<Answer<R>>[];
  }
}
