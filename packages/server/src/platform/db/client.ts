import { Client, type ClientConfig } from "pg";

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A connected client for one who waits on it. A lost connection is told by its `end` event and by the rejection of what
 * is in flight; it never ends the process. Throws pg's error when the database does not answer within 5 seconds.
 */
export const connectClient = async (config: ClientConfig): Promise<Client> => {
  const client = new Client({ connectionTimeoutMillis: CONNECT_TIMEOUT_MS, ...config });
  // before the connection: the database may end it in the very packet that says it is ready
  client.on("error", () => undefined);
  await client.connect();
  return client;
};
