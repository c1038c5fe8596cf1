import { gzipSync } from "node:zlib";
import type { Sent } from "../client.ts";
import { hostileText, often, pick, type Schema, type Source, valueOf } from "./values.ts";

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required?: boolean;
  readonly schema: Schema;
}

/** One operation of an OpenAPI document. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly type: string;
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            parameters?: readonly Parameter[];
            requestBody?: { content: Readonly<Record<string, { schema: Schema }>> };
          }
        >
      >
    >
  >;
}

/** Every operation of an OpenAPI document, in its order. */
export const operationsOf = (document: unknown): Operation[] =>
  Object.entries((document as Document).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const [type = "application/json", content] = Object.entries(requestBody?.content ?? {})[0] ?? [];
      return { method: method.toUpperCase(), path, parameters, body: content?.schema ?? null, type };
    }),
  );

/** Node sends no path with other letters: what has them goes in percent form, as browsers send it. */
const inPath = (text: string): string => text.replaceAll(/[^\x21-\x7e]/g, (c) => encodeURIComponent(c.toWellFormed()));

const textFor = (value: unknown): string =>
  (typeof value === "string" ? value : (JSON.stringify(value) ?? "")).toWellFormed();

const pathOf = (source: Source, { path, parameters }: Operation): string => {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const schema = parameters.find((one) => one.in === "path" && one.name === name)?.schema ?? {};
    const text = textFor(often(source, 0.7) ? valueOf(source, schema) : hostileText(source));
    return often(source, 0.9) ? encodeURIComponent(text) : inPath(text);
  });
  const query = parameters
    .filter((one) => one.in === "query" && often(source, one.required ? 0.97 : 0.35))
    .map(({ name, schema }) => `${name}=${encodeURIComponent(textFor(valueOf(source, schema)))}`);
  if (often(source, 0.05))
    query.push(`cursor=${encodeURIComponent(Buffer.from(hostileText(source)).toString("base64url"))}`);
  if (often(source, 0.02)) query.push(inPath(hostileText(source)), "a[b]=1", "limit=1&limit=2");
  return query.length === 0 ? filled : `${filled}?${query.join("&")}`;
};

const bodyOf = (source: Source, { body, type }: Operation): { bytes: Buffer; type: string } | null => {
  if (body === null && often(source, 0.95)) return null;
  const value = valueOf(source, body ?? {});
  const text = type === "application/json" || typeof value !== "string" ? (JSON.stringify(value) ?? "") : value;
  const dice = source.random();
  if (dice < 0.03) return { bytes: Buffer.from(text.slice(0, text.length / 2)), type };
  if (dice < 0.05) return { bytes: Buffer.from([0xff, 0xfe, 0x00, 0x22]), type };
  if (dice < 0.06) return { bytes: Buffer.from(`${"[".repeat(20_000)}1`), type };
  const types = [
    type,
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded",
    "",
    "a/b;;;",
  ];
  return { bytes: Buffer.from(text), type: often(source, 0.95) ? type : pick(source, types) };
};

const HEADERS: readonly Readonly<Record<string, string | string[]>>[] = [
  { cookie: "zt_session=zt_s_1_x; zt_session=zt_s_2_y" },
  { cookie: "zt_session=%00; a" },
  { authorization: "Bearer" },
  { authorization: "Bearer zt_a_1_" + "a".repeat(43) },
  { authorization: "Basic eDp5" },
  { authorization: "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0." },
  { "x-forwarded-for": "127.0.0.1" },
  { "x-forwarded-for": ["::1", "10.0.0.1"], forwarded: "for=127.0.0.1" },
  { host: "evil.example" },
  { origin: "null" },
  { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
  { "content-encoding": "br" },
  { "content-encoding": "gzip, gzip" },
  { "x-correlation-id": ["a".repeat(64), "../../x"] },
  { "if-none-match": '*, W/"x"' },
  { accept: ["application/xml", "*/*;q=0"], "accept-language": "x".repeat(2_000) },
  { "x-http-method-override": "DELETE" },
  { range: "bytes=0-1,5-" },
  { expect: "x" },
];

/** One hostile request for an operation, with a caller's credential where it brings none of its own. */
export const requestOf = (source: Source, operation: Operation, credential: Readonly<Record<string, string>>): Sent => {
  const body = bodyOf(source, operation);
  const isPacked = body !== null && often(source, 0.02);
  const method = often(source, 0.98)
    ? operation.method
    : pick(source, ["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "POST"]);
  return {
    method,
    path: pathOf(source, operation),
    headers: {
      ...credential,
      ...(body && body.type !== "" ? { "content-type": body.type } : {}),
      ...(isPacked ? { "content-encoding": "gzip" } : {}),
      ...(often(source, 0.08) ? pick(source, HEADERS) : {}),
    },
    ...(body ? { body: isPacked ? gzipSync(body.bytes) : body.bytes } : {}),
  };
};
