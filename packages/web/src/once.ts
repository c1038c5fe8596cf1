import type { Client } from "@zerotrace/sdk";

interface Flight {
  readonly route: unknown;
  readonly asked: string;
  readonly body: unknown;
  readonly answer: Promise<unknown>;
}

const isFile = (body: unknown): boolean =>
  body instanceof Blob || body instanceof ArrayBuffer || ArrayBuffer.isView(body);

/**
 * A client whose changes are asked for once: the same change, while it is on its way, is joined and not made again. So a double click
 * says nothing twice. Reading, and what can be given up by a signal, goes through as it is.
 */
export const onceEach = (ask: Client): Client => {
  const flights = new Set<Flight>();
  return (route, input, options) => {
    if (route.method === "GET" || options?.signal) return ask(route, input, options);
    const { body, ...rest } = { body: undefined, ...input };
    const asked = JSON.stringify(isFile(body) ? rest : [rest, body]);
    for (const one of flights) {
      const isSame = one.route === route && one.asked === asked && (!isFile(body) || one.body === body);
      if (isSame) return one.answer as ReturnType<typeof ask<typeof route>>;
    }
    const answer = ask(route, input, options);
    const flight = { route, asked, body, answer };
    flights.add(flight);
    const land = (): void => void flights.delete(flight);
    answer.then(land, land);
    return answer;
  };
};
