import { Agent, request } from "node:http";

/** One request as a test words it. */
export interface Ask {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The content type of a body that is text as it is; all else goes as JSON. */
  readonly type?: string;
}

/** An answer in the bytes that came. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Buffer;
  /** The address that it comes from, such as `127.0.0.7`: limits count by address. */
  readonly address?: string;
}

const ANSWER_MS = 30_000;

/** Asks a server over kept connections, one set for each address of ours. */
export interface Client {
  send(sent: Sent): Promise<Told>;
  close(): void;
}

/** A client of one server. */
export const createClient = (origin: string): Client => {
  const { hostname, port } = new URL(origin);
  const agents = new Map<string, Agent>();
  const agentOf = (address: string): Agent => {
    const agent = agents.get(address) ?? new Agent({ keepAlive: true, maxSockets: 32 });
    agents.set(address, agent);
    return agent;
  };
  return {
    send: ({ method, path, headers, body, address = "127.0.0.1" }) =>
      new Promise((resolve, reject) => {
        // node says how long a body is for some methods only
        const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
        const to = { hostname, port, agent: agentOf(address), localAddress: address, timeout: ANSWER_MS };
        const sent = request({ ...to, method, path, headers: { ...headers, ...length } }, (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.on("error", reject);
          answer.on("end", () => {
            const text = Buffer.concat(parts).toString();
            resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
          });
        });
        sent.on("timeout", () => sent.destroy(new Error(`${method} ${path} was not answered`)));
        sent.on("error", reject);
        sent.end(body);
      }),
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
  };
};

/** A route's path and query with what is asked. */
export const pathOf = (template: string, { params = {}, query = {} }: Ask): string => {
  const path = template.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? "none"));
  const search = new URLSearchParams(query).toString();
  return search === "" ? path : `${path}?${search}`;
};

/** Body and its content type as they are sent. */
export const bodyOf = ({ body, type }: Ask): { body?: string; headers: Record<string, string> } => {
  if (body === undefined) return { headers: {} };
  if (type !== undefined && typeof body === "string") return { body, headers: { "content-type": type } };
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
};
