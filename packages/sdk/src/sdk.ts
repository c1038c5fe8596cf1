import type { Route } from "@zerotrace/core/schema";
import { contract, STREAM_PATH } from "@zerotrace/server/contract";
import type { z } from "zod";
import { type ClientOptions, createClient, createRawClient } from "./client.ts";
import { pagesOf, type RowOf, rowsIn } from "./pages.ts";
import type { Answer, CallInput, CallOptions, UploadBody } from "./request.ts";
import { RETRIES } from "./retry.ts";
import { openStream, type Stream, type StreamOptions } from "./stream.ts";

type Contract = typeof contract;

/** A part of the input: absent, optional or required, as the route has it. */
type Part<Name extends string, T> = unknown extends T
  ? { readonly [N in Name]: UploadBody }
  : [T] extends [undefined]
    ? { readonly [N in Name]?: undefined }
    : Record<never, never> extends T
      ? { readonly [N in Name]?: T }
      : { readonly [N in Name]: T };

/** What a call of the route takes. */
export type InputOf<R extends Route> = Part<"params", z.input<R["params"]>> &
  Part<"query", z.input<R["query"]>> &
  Part<"body", z.input<R["body"]>>;

type Args<R extends Route> =
  Record<never, never> extends InputOf<R>
    ? [input?: InputOf<R>, options?: CallOptions]
    : [input: InputOf<R>, options?: CallOptions];

/** A list's further ways: row by row, or page by page, as far as one reads. */
export interface Listing<R extends Route> {
  all(...args: Args<R>): AsyncGenerator<RowOf<Answer<R>>, void>;
  pages(...args: Args<R>): AsyncGenerator<Answer<R>, void>;
}

/** A route as a function. */
export type Method<R extends Route> = ((...args: Args<R>) => Promise<Answer<R>>) & {
  readonly route: R;
  /** The answer as it comes, for what is too large to hold. */
  raw(...args: Args<R>): Promise<Response>;
} & ([RowOf<Answer<R>>] extends [never] ? unknown : Listing<R>);

/** Every route by feature and name, and the stream. */
export type Sdk = {
  readonly [F in keyof Contract]: {
    readonly [N in keyof Contract[F]]: Contract[F][N] extends Route ? Method<Contract[F][N]> : never;
  };
} & {
  /** Opens the stream of what changes; it comes back by itself and misses nothing of the last five minutes. */
  stream(options: Omit<StreamOptions, "url" | "token">): Stream;
};

const methodOf = (client: ClientOptions, route: Route): object => {
  const call = createClient(client);
  const raw = createRawClient(client);
  return Object.assign((input?: CallInput<Route>, options?: CallOptions) => call(route, input, options), {
    route,
    raw: (input?: CallInput<Route>, options?: CallOptions) => raw(route, input, options),
    all: (input?: CallInput<Route>, options?: CallOptions) => rowsIn(call, route, input, options),
    pages: (input?: CallInput<Route>, options?: CallOptions) => pagesOf(call, route, input, options),
  });
};

/**
 * Everything that a server answers, typed: `sdk.findings.listFindings({query})`, `for await (const finding of
 * sdk.findings.listFindings.all({query}))`, `sdk.stream({channels, onEvent})`. Calls that may be repeated are, up to four times.
 */
export const createSdk = (options: ClientOptions): Sdk => {
  const client = { retries: RETRIES, ...options };
  const features = Object.entries(contract).map(([feature, routes]) => [
    feature,
    Object.fromEntries(Object.entries(routes).map(([name, route]) => [name, methodOf(client, route as Route)])),
  ]);
  const stream: Sdk["stream"] = (more) =>
    openStream({ ...more, url: `${client.baseUrl}${STREAM_PATH}`, ...(client.token ? { token: client.token } : {}) });
  return { ...Object.fromEntries(features), stream } as Sdk;
};
