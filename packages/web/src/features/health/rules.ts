/** What does not work as it should: nothing that is merely unknown is called well. */
export const atFault = <One extends { readonly status: string }>(all: readonly One[]): One[] =>
  all.filter(({ status }) => status !== "ok");

/**
 * Reads what the server says of its health. One that is down says so with 503 and the same body; anything else is refused, such as the
 * page of a proxy before it.
 */
export const readHealth = async <Health extends { readonly dependencies: readonly unknown[] }>(
  answer: Response,
): Promise<Health> => {
  const body = (await answer.json().catch(() => null)) as Partial<Health> | null;
  if (!Array.isArray(body?.dependencies)) throw new Error(`The server does not say how it is: ${answer.status}`);
  return body as Health;
};
