import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";

/** One setting: its default, what it means and what is allowed. */
interface Setting<T> {
  readonly meaning: string;
  /** Its value must not be shown. */
  readonly isSecret?: true;
  /** The value where none is given. */
  readonly otherwise: () => T;
  /** The value as it is used. Throws Error saying what is wrong with it. */
  readonly read: (value: unknown) => T;
}

const TEXT_CHARS_MAX = 4096;
const URL_CHARS_MAX = 2048;
const LIST_MAX = 64;
/** The trend shows 30 days, and the database itself refuses to delete younger history. */
const RETENTION_DAYS_MIN = 30;
const RETENTION_DAYS_MAX = 36_500;
const WORKERS_DEFAULT_MAX = 2;

const text = (value: unknown): string => {
  if (typeof value !== "string") throw new Error("it is no text");
  const trimmed = value.trim();
  if (trimmed === "" || trimmed.length > TEXT_CHARS_MAX)
    throw new Error(`it is empty or over ${TEXT_CHARS_MAX} characters`);
  return trimmed;
};

/** Absolute: programs that are started on its behalf may stand in another folder. */
const folder = (value: unknown): string => {
  const path = text(value);
  return resolve(path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path);
};

const texts = (value: unknown): string[] => {
  if (!Array.isArray(value)) throw new Error("it is no list");
  if (value.length > LIST_MAX) throw new Error(`it has more than ${LIST_MAX} entries`);
  return value.map(text);
};

/** A number as itself or as text; nothing else is turned into one (`Number("")` and `Number([])` are 0). */
const numberFrom =
  (min: number, max: number, isWhole = true) =>
  (value: unknown): number => {
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) throw new Error("it is no number");
    if (isWhole && !Number.isInteger(number)) throw new Error("it is no whole number");
    if (number < min || number > max) throw new Error(`it is not from ${min} to ${max}`);
    return number;
  };

const addressOf =
  (scheme: RegExp) =>
  (value: unknown): string => {
    const address = text(value);
    const url = URL.canParse(address) ? new URL(address) : null;
    if (url === null || !scheme.test(url.protocol.slice(0, -1))) throw new Error("it is no such address");
    if (address.length > URL_CHARS_MAX) throw new Error(`it has more than ${URL_CHARS_MAX} characters`);
    return address;
  };

/** Origins as browsers send them: scheme, host and port alone. */
const origins = (value: unknown): string[] =>
  texts(value).map((origin) => {
    const url = URL.canParse(origin) ? new URL(origin) : null;
    if (url === null || url.origin !== origin || !/^https?:$/.test(url.protocol))
      throw new Error(`${origin} is no origin such as https://portal.example`);
    return origin;
  });

/** The name of a key at a service, as its path and our key ids can hold it. */
const kmsKeyName = (value: unknown): string => {
  const name = text(value);
  if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) throw new Error("it is not lower-case letters, digits and -");
  return name;
};

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
type LogLevel = (typeof LOG_LEVELS)[number];
const logLevel = (value: unknown): LogLevel => {
  const found = LOG_LEVELS.find((level) => level === value);
  if (found === undefined) throw new Error(`it is none of ${LOG_LEVELS.join(", ")}`);
  return found;
};

const AGENT_TLS = ["off", "optional", "required"] as const;
type AgentTls = (typeof AGENT_TLS)[number];
const agentTls = (value: unknown): AgentTls => {
  const found = AGENT_TLS.find((mode) => mode === value);
  if (found === undefined) throw new Error(`it is none of ${AGENT_TLS.join(", ")}`);
  return found;
};

const JWT_ALGORITHMS = ["EdDSA", "RS256", "HS256"] as const;
type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];
const jwtAlgorithm = (value: unknown): JwtAlgorithm => {
  const found = JWT_ALGORITHMS.find((one) => one === value);
  if (found === undefined) throw new Error(`it is none of ${JWT_ALGORITHMS.join(", ")}`);
  return found;
};

const MAIL_TLS = ["required", "optional", "off"] as const;
type MailTls = (typeof MAIL_TLS)[number];
const mailTls = (value: unknown): MailTls => {
  const found = MAIL_TLS.find((mode) => mode === value);
  if (found === undefined) throw new Error(`it is none of ${MAIL_TLS.join(", ")}`);
  return found;
};

/** Where mail is handed over. A password in it would be shown by whatever shows the configuration. */
const mailUrl = (value: unknown): string => {
  const address = addressOf(/^smtps?$/)(value);
  const { hostname, username, password, pathname, search, hash } = new URL(address);
  if (username !== "" || password !== "") throw new Error("it holds a user: give mailUser and mailPassword");
  if (hostname === "" || pathname.length > 1 || search !== "" || hash !== "") {
    throw new Error("it is not scheme, host and port alone, such as smtp://mail.example.com:587");
  }
  return address;
};

/** One address, with or without angle brackets; a name beside it is the company's own. */
const mailAddress = (value: unknown): string => {
  const address = text(value);
  if (!/^[^\s@<>,;:"()[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}$/.test(address)) {
    throw new Error("it is not one address such as zerotrace@example.com");
  }
  return address;
};

const setting = <T>(meaning: string, read: (value: unknown) => T, otherwise: () => NoInfer<T>): Setting<T> => ({
  meaning,
  read,
  otherwise,
});
const optional = <T>(meaning: string, read: (value: unknown) => T): Setting<T | undefined> => ({
  meaning,
  read,
  otherwise: () => undefined,
});

/**
 * Every setting by its name in a file. Without a library for schemas: every command reads the configuration, and loading one
 * takes longer than all else that a short command does before its work.
 */
const SETTINGS = {
  dataDir: setting("Folder of everything that is kept on this machine", folder, () => folder("~/.zerotrace")),
  host: setting("Address to listen on", text, () => "127.0.0.1"),
  port: setting("Port to listen on; 0 takes any free one", numberFrom(0, 65_535), () => 8080),
  databaseUrl: {
    ...optional("A PostgreSQL server of your own instead of the embedded one", addressOf(/^postgres(ql)?$/)),
    isSecret: true,
  },
  feeds: setting("Folders or URLs of advisory feeds, tried before the public ones", texts, () => []),
  feedKeys: setting(
    "Public keys (ztk1-…) whose feed bundles are taken, besides those pinned with --trust",
    texts,
    () => [],
  ),
  feedSyncHours: setting("Hours between refreshes of the feeds", numberFrom(0.1, 720, false), () => 6),
  logLevel: setting<LogLevel>("Least important line that is still logged", logLevel, () => "info"),
  publicUrl: optional("Address under which browsers and agents reach this server", addressOf(/^https?$/)),
  workers: setting("Threads that match", numberFrom(1, 64), () =>
    Math.min(WORKERS_DEFAULT_MAX, availableParallelism()),
  ),
  heartbeatSeconds: setting("Seconds between agents' heartbeats", numberFrom(5, 3600), () => 30),
  inventorySeconds: setting("Seconds between agents' inventories", numberFrom(60, 604_800), () => 3600),
  retentionDays: setting(
    "Days for which inventory changes and the daily figures are kept, at least 30",
    numberFrom(RETENTION_DAYS_MIN, RETENTION_DAYS_MAX),
    () => 365,
  ),
  auditRetentionDays: setting(
    "Days for which the audit trail is kept, at least 30",
    numberFrom(RETENTION_DAYS_MIN, RETENTION_DAYS_MAX),
    () => 730,
  ),
  companyDeletionDays: setting(
    "Days in which the deletion of a company can be undone, at least 1",
    numberFrom(1, 90),
    () => 7,
  ),
  registryHosts: setting("Hosts of image registries that may be at addresses that are not public", texts, () => []),
  auditSinkHosts: setting(
    "Hosts, or host:port, that audit trails may be sent to though not public or without TLS",
    texts,
    () => [],
  ),
  webhookHosts: setting(
    "Hosts, or host:port, that webhooks may be sent to though not public or without TLS",
    texts,
    () => [],
  ),
  ssoHosts: setting(
    "Hosts, or host:port, of identity providers that may be asked though not public or without TLS",
    texts,
    () => [],
  ),
  jwtAlgorithm: setting<JwtAlgorithm>(
    "What signs access tokens: EdDSA, RS256, or HS256 where nobody else verifies them",
    jwtAlgorithm,
    () => "EdDSA",
  ),
  jwtIssuer: optional("What access tokens name as their issuer; publicUrl when not given", text),
  jwtKeyDays: setting("Days after which another key signs access tokens", numberFrom(1, 365), () => 30),
  masterKeyFile: optional("File of the master keys that seal secrets; master.key in dataDir when not given", folder),
  masterKey: {
    ...optional("Master keys, 32 bytes in base64, comma-separated, the first seals; only as a variable", text),
    isSecret: true,
  },
  kmsUrl: optional(
    "Key management service with Vault's transit interface that holds the master key",
    addressOf(/^https?$/),
  ),
  kmsKey: setting("Name of the master key at kmsUrl", kmsKeyName, () => "zerotrace"),
  kmsToken: { ...optional("Token for kmsUrl", text), isSecret: true },
  corsOrigins: setting(
    "Origins of other pages whose scripts may use the API with a token; never with a session",
    origins,
    () => [],
  ),
  tlsCert: optional("Certificate of this server with its chain (PEM file); with tlsKey it speaks TLS itself", folder),
  tlsKey: optional("Private key of tlsCert (PEM file)", folder),
  agentTls: setting<AgentTls>(
    "Whether agents prove themselves by a certificate of ours besides their credential: off, optional, required",
    agentTls,
    () => "off",
  ),
  mailUrl: optional(
    "Mail server that mails are handed to: smtp://host:587, or smtps://host:465 for TLS from the beginning; none: no mail is sent",
    mailUrl,
  ),
  mailFrom: optional("Address that mails come from", mailAddress),
  mailUser: optional("User at the mail server", text),
  mailPassword: { ...optional("Password of mailUser", text), isSecret: true },
  mailTls: setting<MailTls>(
    "Whether mail goes over TLS (STARTTLS): required, optional (where the server offers it), off",
    mailTls,
    () => "required",
  ),
  mailCa: optional(
    "Certificate (PEM file) of the authority that the mail server's certificate is of, if its own",
    folder,
  ),
  trustedProxy: optional("Proxies whose X-Forwarded headers are believed: addresses or CIDR ranges", text),
} as const;

export type ConfigKey = keyof typeof SETTINGS;
type ValueOf<K extends ConfigKey> = ReturnType<(typeof SETTINGS)[K]["read"]>;
type OptionalKey = {
  [K in ConfigKey]: undefined extends ReturnType<(typeof SETTINGS)[K]["otherwise"]> ? K : never;
}[ConfigKey];

/** The settings as the server uses them. */
export type Config = { [K in Exclude<ConfigKey, OptionalKey>]: ValueOf<K> } & { [K in OptionalKey]?: ValueOf<K> };
export const CONFIG_KEYS = Object.keys(SETTINGS) as readonly ConfigKey[];

const isKey = (name: string): name is ConfigKey => Object.hasOwn(SETTINGS, name);

/** What is wrong with a configuration: a name that is no setting (`why` is null), or a setting's value. */
export interface ConfigFault {
  readonly name: string;
  readonly why: string | null;
}

/** The configuration of these values, defaults where there are none, or the first fault; an unknown name is found last. */
export const readConfig = (values: Readonly<Record<string, unknown>>): Config | ConfigFault => {
  const config: Partial<Record<ConfigKey, unknown>> = {};
  for (const key of CONFIG_KEYS) {
    const value = values[key];
    try {
      const read = value === undefined ? SETTINGS[key].otherwise() : SETTINGS[key].read(value);
      if (read !== undefined) config[key] = read;
    } catch (error) {
      return { name: key, why: (error as Error).message };
    }
  }
  const unknown = Object.keys(values).find((name) => !isKey(name));
  return unknown === undefined ? (config as Config) : { name: unknown, why: null };
};

/** Whether a key holds several texts; a variable holds them with commas between. */
export const isList = (key: ConfigKey): boolean => [texts, origins].some((read) => SETTINGS[key].read === read);

/** The environment variables of a key, the first that is set wins: `ZEROTRACE_DATA_DIR`; for the database also `DATABASE_URL`. */
export const environmentNames = (key: ConfigKey): string[] => {
  const own = `ZEROTRACE_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  return key === "databaseUrl" ? [own, "DATABASE_URL"] : [own];
};

/** Whether a key's value must not be shown. */
export const isSecret = (key: ConfigKey): boolean => (SETTINGS[key] as Setting<unknown>).isSecret === true;

/** What a key is for. */
export const meaningOf = (key: ConfigKey): string => SETTINGS[key].meaning;
