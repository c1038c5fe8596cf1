import { mkdirSync, openSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type DestinationStream, type Level, type Logger, destination, pino, stdSerializers } from "pino";

const SECRET_NAME = /^(.*[-_.])?(authorization|cookie|set-cookie|token|secret|credential|password)s?$/i;
const SECRET_TEXT = /zt_[slade]_[0-9a-z]{1,6}_[A-Za-z0-9_-]{43}/g;
/** Deeper than this nothing is written at all. */
const DEPTH_MAX = 8;
const KEYS_MAX = 200;
const URL_PASSWORD = /(\w:\/\/[^\s:@/]*):[^\s@/]+@/g;
/** A log file larger than this is put aside as `<file>.1` when it is opened again; one is kept. */
export const FILE_BYTES_MAX = 20 * 1024 * 1024;
const HIDDEN = "[redacted]";

/** A copy without secrets, by the name of a field at any depth and by the form of our own tokens in any text. */
export const redact = (value: unknown, depth = 0): unknown => {
  if (typeof value === "string") return value.replaceAll(SECRET_TEXT, HIDDEN).replaceAll(URL_PASSWORD, `$1:${HIDDEN}@`);
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (depth >= DEPTH_MAX) return "[too deep]";
  if (value instanceof Error) return redact({ ...stdSerializers.err(value) }, depth);
  if (Buffer.isBuffer(value)) return `[${value.length} bytes]`;
  if (Array.isArray(value)) return value.slice(0, KEYS_MAX).map((one) => redact(one, depth + 1));
  const fields = Object.entries(value).slice(0, KEYS_MAX);
  return Object.fromEntries(
    fields.map(([name, one]) => [name, SECRET_NAME.test(camelApart(name)) ? HIDDEN : redact(one, depth + 1)]),
  );
};

const camelApart = (name: string): string => name.replaceAll(/([a-z0-9])([A-Z])/g, "$1-$2");

const errorFields = (error: Error): Record<string, unknown> => ({
  "error.type": error.name,
  "error.message": error.message,
  "error.stack_trace": error.stack,
  "error.code": (error as NodeJS.ErrnoException).code,
});

const ecs = (fields: Record<string, unknown>): Record<string, unknown> => {
  const { err, ...rest } = fields;
  return redact({ ...rest, ...(err instanceof Error ? errorFields(err) : { err }) }) as Record<string, unknown>;
};

export interface LogOptions {
  readonly level: Level | "silent";
  readonly version: string;
  /** A file (its folder is made; put aside when it is larger than 20 MB), `stdout`, or a stream. */
  readonly to: { file: string } | "stdout" | DestinationStream;
}

const streamOf = (to: LogOptions["to"]): DestinationStream => {
  if (to === "stdout") return destination({ dest: 1, sync: false });
  if (!("file" in to)) return to;
  mkdirSync(dirname(to.file), { recursive: true, mode: 0o700 });
  // looked at when the log is opened: a restart bounds what is kept to this and what came since
  if ((statSync(to.file, { throwIfNoEntry: false })?.size ?? 0) > FILE_BYTES_MAX) renameSync(to.file, `${to.file}.1`);
  // opened here: a file that cannot be opened is this caller's error, not the process's end some time later
  return destination({ dest: openSync(to.file, "a", 0o600), sync: false });
};

/** A logger of one JSON line an event in ECS field names, with secrets redacted. */
export const createLog = (options: LogOptions): Logger => {
  const log = pino(
    {
      level: options.level,
      base: { "ecs.version": "8.11.0", "service.name": "zerotrace", "service.version": options.version },
      messageKey: "message",
      timestamp: () => `,"@timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ "log.level": label }), log: ecs },
      hooks: {
        logMethod(args, method) {
          method.apply(this, args.map((one) => (typeof one === "string" ? redact(one) : one)) as typeof args);
        },
      },
    },
    streamOf(options.to),
  );
  const plain: { child: (this: Logger, ...args: never[]) => Logger } = log;
  const { child } = plain;
  // fields bound to a child do not pass the formatters; children inherit this from their parent
  log.child = function boundChild(this: Logger, bindings: Record<string, unknown>, ...rest: never[]) {
    return child.call(this, ecs(bindings) as never, ...rest);
  } as unknown as Logger["child"];
  return log;
};
