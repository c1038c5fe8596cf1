import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf, type MadeImage } from "./image-fixtures.ts";

/** What one server of a test was asked. */
export interface AskedOfServer {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  readonly body: string;
}

export interface TestServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: readonly AskedOfServer[];
  readonly close: () => Promise<void>;
}

/** Answers a request; false leaves it to 404. */
export type Answering = (asked: AskedOfServer, response: ServerResponse) => boolean | void;

/** An HTTP server on this machine that notes what it is asked. */
export const startServer = async (answer: Answering): Promise<TestServer> => {
  const asked: AskedOfServer[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const part of request) body += String(part);
    const { authorization, range } = request.headers;
    const one = { method: request.method ?? "", path: request.url ?? "", authorization, range, body };
    asked.push(one);
    if (answer(one, response) === false) response.writeHead(404).end();
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};

/** Answers as the registry that holds this image under `acme/app:1` (OCI distribution specification). */
export const registryOf =
  (image: MadeImage, more: Readonly<Record<string, Buffer>> = {}): Answering =>
  ({ path }, response) => {
    const name = path.replace(/^\/v2\/acme\/app\//, "");
    const digest = name.replace(/^(?:blobs|manifests)\//, "");
    const isManifest = name === "manifests/1" || digest === digestOf(image.manifest);
    const bytes = more[name] ?? (isManifest ? image.manifest : image.blobs.get(digest));
    if (bytes === undefined) return false;
    response.writeHead(200, { "content-length": bytes.length }).end(bytes);
    return true;
  };
